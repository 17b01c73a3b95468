namespace Zoo.Keras;

/// <summary>What a run is about to do.</summary>
/// <param name="Epochs">The number of epochs: that of the last one, counted from 1. 1 for Evaluate and Predict.</param>
/// <param name="Steps">Batches of an epoch; null until an epoch of data of unknown length has ended.</param>
/// <param name="BatchSize">Samples of a batch; null where the data comes in batches.</param>
/// <param name="Verbose">0: silent, 1: a progress bar, 2: a line an epoch.</param>
/// <param name="HasValidation">Whether logs of epochs hold values with <c>val_</c>.</param>
public sealed record CallbackParams(int Epochs, int? Steps, int? BatchSize, int Verbose, bool HasValidation);
