using System.Diagnostics;
using System.Globalization;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

/// <summary>Trains a model on one machine: a step (forward, loss, gradients, update, accuracy) is one program and one engine call.</summary>
internal sealed class Trainer(Model model, Optimizer optimizer, LossFunction loss, IEngine engine)
{
    readonly NDArray?[] results = new NDArray?[2];
    ISession? train, test;

    internal History Fit(NDArray x, NDArray y, int batchSize, int epochs, (NDArray X, NDArray Y)? validation, bool shuffle, bool verbose, CancellationToken cancel)
    {
        (x, y) = Check(x, y);
        train ??= engine.Compile(Step());
        var history = new History();
        var order = Enumerable.Range(0, (int)x.Shape[0]).ToArray();
        var (bx, by) = (NDArray.Zeros(x.Shape.With(0, batchSize), x.DType), NDArray.Zeros(y.Shape.With(0, batchSize), y.DType));
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            if (shuffle) SplitMix.Shuffle(order, SplitMix.Derive(model.Seed, $"epoch {epoch}"));
            var watch = Stopwatch.StartNew();
            double sum = 0, right = 0;
            foreach (var (at, count) in Batches.Of(x, batchSize))
            {
                var rows = order.AsSpan(at, count);
                train.Run([Batches.Gather(x, rows, bx), Batches.Gather(y, rows, by)], results, cancel);
                (sum, right) = (sum + results[0]!.ToNumber() * count, right + results[1]!.ToNumber());
            }
            history.Add("loss", sum / order.Length);
            if (loss.Loss.TakesClasses) history.Add("accuracy", right / order.Length);
            if (validation is { } v)
            {
                var (valLoss, valAccuracy) = Evaluate(v.X, v.Y, batchSize);
                history.Add("val_loss", valLoss);
                if (loss.Loss.TakesClasses) history.Add("val_accuracy", valAccuracy);
            }
            if (verbose)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch + 1}/{epochs}  {watch.Elapsed.TotalSeconds:F1} s  {order.Length / watch.Elapsed.TotalSeconds:F0} samples/s  {string.Join("  ", history.Values.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key} {h.Value[^1]:F4}")))}"));
        }
        return history;
    }

    internal (double Loss, double Accuracy) Evaluate(NDArray x, NDArray y, int batchSize)
    {
        (x, y) = Check(x, y);
        test ??= engine.Compile(Test());
        double sum = 0, right = 0;
        var fetched = new NDArray?[2];
        foreach (var (at, count) in Batches.Of(x, batchSize))
        {
            test.Run([x.Rows(at, count), y.Rows(at, count)], fetched);
            (sum, right) = (sum + fetched[0]!.ToNumber() * count, right + fetched[1]!.ToNumber());
        }
        return (sum / x.Shape[0], right / x.Shape[0]);
    }

    /// <summary>The training step as one program.</summary>
    internal Program Step()
    {
        var (y, output, value, right) = Forward(training: true);
        Parameter[] weights = [.. model.TrainableWeights];
        var gradients = A.Gradients(optimizer.Scaled(value), [.. weights.Select(w => w.Variable)]);
        return new()
        {
            Name = "train",
            Feeds = [.. model.Inputs, y],
            Fetches = [value, right],
            Updates = [.. optimizer.Updates([.. weights.Zip(gradients)])],
        };
    }

    /// <summary>The step as it is exported: the learning rate is the input <c>lr</c>. With the names of what it gives.</summary>
    internal (Program Program, string[] Fetches) Exported()
    {
        var step = Step();
        return (optimizer.Variables.FirstOrDefault(v => v.Path == $"{optimizer.Name}/learning_rate") is { } rate ? ExportedStep.Feed(step, rate, "lr") : step, ["loss", "accuracy"]);
    }

    Program Test()
    {
        var (y, _, value, right) = Forward(training: false);
        return new() { Name = "test", Feeds = [.. model.Inputs, y], Fetches = [value, right] };
    }

    (Variable Y, Variable Output, Variable Loss, Variable Right) Forward(bool training)
    {
        var output = model.Lower(training).Outputs[0];
        var y = StateOps.Input("y", loss.Loss.TakesClasses ? [Dim.Any] : output.Shape, loss.Loss.TakesClasses ? DType.Int64 : DType.Float32);
        var right = loss.Loss.TakesClasses ? A.Sum(A.Cast(A.Equal(A.ArgMax(output), y), DType.Float32)) : A.Constant(0);
        return (y, output, loss.Loss.Of(y, output), right);
    }

    (NDArray X, NDArray Y) Check(NDArray x, NDArray y)
    {
        if (x.Shape.Rank == 0 || y.Shape.Rank == 0 || x.Shape[0] != y.Shape[0] || x.Shape[0] == 0)
            throw new ShapeException($"Fit: x has shape {x.Shape} and y {y.Shape}. Expected the same number of samples in both, at least one.") { Expected = x.Shape, Actual = y.Shape };
        return (x.Cast(model.Inputs.Values[0].DType), y.Cast((loss.Loss.TakesClasses ? DType.Int64 : DType.Float32)));
    }
}
