using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>Who makes the steps of Fit, Evaluate and Predict in place of this process: <c>model.Fit(x, y, trainer: zoo)</c>. Zoo.Spark's context is one.</summary>
public interface ITrainer
{
    /// <summary>Begins to train or evaluate a compiled model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="trainer">What it was compiled for.</param>
    /// <param name="guarded">Whether a step whose loss is not finite changes no weight.</param>
    internal ITrainingRun Begin(Model model, Trainer trainer, bool guarded);

    /// <summary>Begins to predict.</summary>
    internal IPredictingRun BeginPredict(Model model);
}
