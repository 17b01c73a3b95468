using Zoo.Autograd.Engine;
using Zoo.Keras.Training;

namespace Zoo.Keras;

public partial class Model
{
    Trainer? trainer;
    ISession? inference;

    /// <summary>Set by a callback to end training after the current batch.</summary>
    public bool StopTraining { get; set; }

    /// <summary>Chooses how to train.</summary>
    /// <param name="optimizer">The rule that changes the weights.</param>
    /// <param name="loss"><c>sparse_categorical_crossentropy</c> (labels are class numbers) or <c>mse</c>.</param>
    public void Compile(Optimizer optimizer, LossFunction loss) => trainer = new(this, optimizer, loss, Engines.Default);

    /// <summary>Trains on arrays.</summary>
    /// <param name="x">Samples; axis 0 counts them.</param>
    /// <param name="y">One label each.</param>
    /// <param name="batchSize">Samples of one step; the last batch may be smaller.</param>
    /// <param name="epochs">How often all samples are seen.</param>
    /// <param name="validationData">Samples that are evaluated after each epoch.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own, which derives from the model's seed.</param>
    /// <param name="verbose">Whether a line is printed after each epoch.</param>
    /// <param name="cancellationToken">Ends training between steps; the weights stay those of the last whole step.</param>
    /// <returns>Loss and accuracy of each epoch.</returns>
    /// <exception cref="InvalidOperationException">Compile was not called.</exception>
    public History Fit(NDArray x, NDArray y, int batchSize = 32, int epochs = 1, (NDArray X, NDArray Y)? validationData = null, bool shuffle = true, bool verbose = true, CancellationToken cancellationToken = default)
    {
        EnsureBuilt([(x.Shape[1..], x.DType)]);
        return Compiled("Fit").Fit(x, y, batchSize, epochs, validationData, shuffle, verbose, cancellationToken);
    }

    /// <summary>Loss and accuracy on arrays, without training.</summary>
    public (double Loss, double Accuracy) Evaluate(NDArray x, NDArray y, int batchSize = 32)
    {
        EnsureBuilt([(x.Shape[1..], x.DType)]);
        return Compiled("Evaluate").Evaluate(x, y, batchSize);
    }

    /// <summary>The outputs for samples.</summary>
    public NDArray Predict(NDArray x, int batchSize = 32)
    {
        EnsureBuilt([(x.Shape[1..], x.DType)]);
        inference ??= Engines.Default.Compile(new() { Feeds = [.. Inputs], Fetches = [Lower(training: false).Outputs[0]], Name = "predict" });
        NDArray? all = null;
        var one = new NDArray?[1];
        foreach (var (at, count) in Batches.Of(x, batchSize))
        {
            one[0] = null;
            inference.Run([x.Rows(at, count).Cast(Inputs.Values[0].DType)], one);
            all ??= NDArray.Zeros(one[0]!.Shape.With(0, x.Shape[0]), one[0]!.DType);
            one[0]!.Bytes.CopyTo(all.Rows(at, count).Bytes);
        }
        return all ?? throw new ShapeException($"Predict: {x.Shape} holds no samples. Expected at least one.") { Actual = x.Shape };
    }

    Trainer Compiled(string caller) => trainer ?? throw new InvalidOperationException($"{caller}: the model has no loss. Call Compile(optimizer, loss) first.");
}
