namespace Zoo.Keras.Training;

/// <summary>The loops of Evaluate and Predict, and what all loops share.</summary>
internal static class Loops
{
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
        var step = 0;
        try
        {
            source.Begin(0);
            for (; step < (steps ?? int.MaxValue) && source.Next(cancel); step++)
            {
                cancel.ThrowIfCancellationRequested();
                callbacks.TestBatchBegin(step, none);
                run.Test(source.Programs!, source.Feeds, cancel);
                logs.Renew();
                callbacks.TestBatchEnd(step, logs);
            }
        }
        finally
        {
            source.End();   // not kept open until the next epoch's
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
