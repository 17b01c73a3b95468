using Zoo.Autograd.Engine;

namespace Zoo.Keras.Training;

/// <summary>What a Fit was asked for.</summary>
internal sealed record FitRun(BatchSource Source, int Epochs, int InitialEpoch, int? StepsPerEpoch, BatchSource? Validation, int? ValidationSteps, int ValidationFreq, int Verbose, IEnumerable<Callback> Callbacks, CancellationToken Cancel, ITrainer? Trainer = null);

/// <summary>The loops over batches.</summary>
internal static class Loops
{
    internal static History Fit(Model model, Trainer trainer, FitRun run)
    {
        if (run.Epochs < 0 || run.InitialEpoch < 0 || run.ValidationFreq < 1 || run.StepsPerEpoch < 1)
            throw new ArgumentException($"Fit: epochs {run.Epochs}, initialEpoch {run.InitialEpoch}, validationFreq {run.ValidationFreq}, stepsPerEpoch {run.StepsPerEpoch}. Expected no negative epochs, and at least 1 of the others.");
        var source = run.Source;
        var callbacks = With(model, run.Callbacks, run.Verbose, new(run.Epochs, run.StepsPerEpoch ?? source.Steps, source.BatchSize, run.Verbose, run.Validation is not null));
        var history = callbacks.All.OfType<History>().First();
        var guarded = callbacks.All.Any(c => c is TerminateOnNaN);
        using var steps = Begin(run.Trainer, model, trainer, guarded);
        var (none, batchLogs) = (new Logs(), new Logs(steps.Read));
        var (last, pass, open) = (none, run.InitialEpoch, false);
        model.StopTraining = false;
        callbacks.TrainBegin(none);
        for (var epoch = run.InitialEpoch; epoch < run.Epochs && !model.StopTraining; epoch++)
        {
            steps.Reset();
            callbacks.EpochBegin(epoch, none);
            if (!open || run.StepsPerEpoch is null) (open, pass) = (true, Begin(source, pass));
            var step = 0;
            for (; step < (run.StepsPerEpoch ?? int.MaxValue) && !model.StopTraining; step++)
            {
                run.Cancel.ThrowIfCancellationRequested();
                if (!source.Next(run.Cancel))
                {
                    if (run.StepsPerEpoch is null) break;
                    pass = Begin(source, pass);
                    if (!source.Next(run.Cancel)) break;
                }
                callbacks.TrainBatchBegin(step, none);
                steps.Train(source.Programs!, source.Feeds, run.Cancel);
                batchLogs.Renew();
                callbacks.TrainBatchEnd(step, batchLogs);
            }
            if (step == 0 && !model.StopTraining) throw new ArgumentException("Fit: the data gave no batch. Expected at least one in each epoch; a sequence that can be enumerated once only is empty the second time.");
            if (callbacks.Params.Steps is null) callbacks.Describe(callbacks.Params with { Steps = step });
            last = Read(steps);
            if (run.Validation is { } validation && (epoch + 1) % run.ValidationFreq == 0)
                foreach (var (name, value) in Evaluate(steps, validation, run.ValidationSteps, callbacks, run.Cancel)) last[$"val_{name}"] = value;
            callbacks.EpochEnd(epoch, last);
        }
        steps.Finish();
        trainer.How.Optimizer.Finish();
        callbacks.TrainEnd(last);
        return history;
    }

    static int Begin(BatchSource source, int pass)
    {
        source.Begin(pass);
        return pass + 1;
    }

    /// <summary>Who makes the steps: the trainer that was given, or this process.</summary>
    internal static ITrainingRun Begin(ITrainer? by, Model model, Trainer trainer, bool guarded) => by?.Begin(model, trainer, guarded) ?? new LocalRun(trainer, guarded);

    static Logs Read(ITrainingRun run)
    {
        var logs = new Logs();
        run.Read(logs);
        return logs;
    }

    internal static Logs Evaluate(ITrainingRun run, BatchSource source, int? steps, CallbackList callbacks, CancellationToken cancel)
    {
        var (none, logs) = (new Logs(), new Logs(run.Read));
        run.Reset();
        callbacks.TestBegin(none);
        source.Begin(0);
        var step = 0;
        for (; step < (steps ?? int.MaxValue) && source.Next(cancel); step++)
        {
            cancel.ThrowIfCancellationRequested();
            callbacks.TestBatchBegin(step, none);
            run.Test(source.Programs!, source.Feeds, cancel);
            logs.Renew();
            callbacks.TestBatchEnd(step, logs);
        }
        if (step == 0) throw new ArgumentException("Evaluate: the data gave no batch. Expected at least one.");
        var result = Read(run);
        callbacks.TestEnd(result);
        return result;
    }

    internal static NDArray[] Predict(Func<NDArray[], CancellationToken, NDArray[]> compute, int outputs, BatchSource source, int? steps, CallbackList callbacks, CancellationToken cancel)
    {
        var none = new Logs();
        var parts = Enumerable.Range(0, outputs).Select(_ => new List<NDArray>()).ToArray();
        callbacks.PredictBegin(none);
        source.Begin(0);
        for (var step = 0; step < (steps ?? int.MaxValue) && source.Next(cancel); step++)
        {
            cancel.ThrowIfCancellationRequested();
            callbacks.PredictBatchBegin(step, none);
            var results = compute(source.Feeds, cancel);
            for (var i = 0; i < outputs; i++) parts[i].Add(results[i]);
            callbacks.PredictBatchEnd(step, none);
        }
        if (parts[0].Count == 0) throw new ArgumentException("Predict: the data gave no batch. Expected at least one.");
        callbacks.PredictEnd(none);
        return Array.ConvertAll(parts, Join);
    }

    internal static NDArray Join(IReadOnlyList<NDArray> parts)
    {
        if (parts.Count == 1) return parts[0];
        var first = parts[0];
        if (first.Shape.Rank == 0 || parts.Any(p => p.Shape.Rank != first.Shape.Rank || p.Shape[1..] != first.Shape[1..]))
            throw new ShapeException($"Predict: batches gave {string.Join(", ", parts.Select(p => p.Shape).Distinct())}, which cannot be joined. Expected shapes that differ in the number of samples only. Predict batch by batch with PredictOnBatch.") { Actual = first.Shape };
        var all = NDArray.Zeros(first.Shape.With(0, parts.Sum(p => p.Shape[0])), first.DType);
        var at = 0;
        foreach (var part in parts)
        {
            var rows = all.Rows(at, (int)part.Shape[0]);
            if (part.DType == DType.String) part.AsSpan<byte[]>().CopyTo(rows.AsSpan<byte[]>());
            else part.Bytes.CopyTo(rows.Bytes);
            at += (int)part.Shape[0];
        }
        return all;
    }

    /// <summary>The callbacks of a run: the user's, then a progress bar where something is shown, then a History.</summary>
    internal static CallbackList With(Model model, IEnumerable<Callback>? given, int verbose, CallbackParams how)
    {
        List<Callback> all = [.. given ?? []];
        if (verbose > 0 && !all.Exists(c => c is ProgressBar)) all.Add(new ProgressBar());
        if (!all.Exists(c => c is History)) all.Add(new History());
        return new(model, how, all);
    }
}
