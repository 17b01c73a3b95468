using Zoo.Autograd.Engine;

namespace Zoo.Keras.Training;

/// <summary>What a Fit was asked for.</summary>
internal sealed record FitRun(BatchSource Source, int Epochs, int InitialEpoch, int? StepsPerEpoch, BatchSource? Validation, int? ValidationSteps, int ValidationFreq, int Verbose, IEnumerable<Callback> Callbacks, CancellationToken Cancel, Trigger? End = null, ITrainer? Trainer = null);

/// <summary>One Fit: the loop over epochs and steps. Between two steps its whole state can be taken (<see cref="Capture"/>), and another process goes on from there.</summary>
internal sealed class FitLoop
{
    readonly Model model;
    readonly Trainer trainer;
    readonly FitRun run;
    readonly CallbackList callbacks;
    readonly Logs none = new();
    readonly RunState? saved;
    readonly TrainingProgress progress;
    readonly Func<RunState> capture;
    ITrainingRun steps = null!;
    int epoch, step, pass;
    int? taken;   // batches of the pass that is open

    internal FitLoop(Model model, Trainer trainer, FitRun run)
    {
        if (run.Epochs < 0 || run.InitialEpoch < 0 || run.ValidationFreq < 1 || run.StepsPerEpoch < 1)
            throw new ArgumentException($"Fit: epochs {run.Epochs}, initialEpoch {run.InitialEpoch}, validationFreq {run.ValidationFreq}, stepsPerEpoch {run.StepsPerEpoch}. Expected no negative epochs, and at least 1 of the others.");
        (this.model, this.trainer, this.run) = (model, trainer, run);
        callbacks = Loops.With(model, run.Callbacks, run.Verbose, new(run.Epochs, run.StepsPerEpoch ?? run.Source.Steps, run.Source.BatchSize, run.Verbose, run.Validation is not null));
        var keepers = callbacks.All.Where(c => c.Resumes).ToArray();
        if (keepers.Length > 0) run.Source.Rehearse(run.Cancel);
        saved = keepers.Select(k => k.Find()).FirstOrDefault(s => s is not null);
        (epoch, pass) = saved is null ? (run.InitialEpoch, run.InitialEpoch) : (saved.Epoch, saved.Pass);
        capture = Capture;
        callbacks.Reach(progress = new(() => steps.LastLoss));
    }

    internal History Run()
    {
        using var begun = steps = Loops.Begin(run.Trainer, model, trainer, guarded: callbacks.All.Any(c => c is TerminateOnNaN));
        var (batchLogs, history) = (new Logs(steps.Read), callbacks.All.OfType<History>().First());
        var last = none;
        model.StopTraining = false;
        callbacks.TrainBegin(none);
        if (saved is { Step: 0 }) Restore(saved);
        else progress.Iteration = (long)trainer.How.Optimizer.Iterations.Value.ToNumber();
        for (; epoch < run.Epochs && !model.StopTraining; epoch++)
        {
            var goesOn = saved is { Step: > 0 } && saved.Epoch == epoch;
            steps.Reset();
            callbacks.EpochBegin(epoch, none);
            if (goesOn) Restore(saved!);
            else if (taken is null || run.StepsPerEpoch is null) Open();
            var waited = run.Source.Waited;
            Steps(batchLogs);
            if (step == 0 && !model.StopTraining) throw new ArgumentException("Fit: the data gave no batch. Expected at least one in each epoch; a sequence that can be enumerated once only is empty the second time.");
            if (callbacks.Params.Steps is null) callbacks.Describe(callbacks.Params with { Steps = step });
            history.Wait(run.Source.Waited - waited);
            history.Took(steps.TakePhases());
            last = Ended();
            step = 0;
            callbacks.Pause(capture);
        }
        callbacks.Last();
        steps.Finish();
        trainer.How.Optimizer.Finish();
        callbacks.TrainEnd(last);
        return history;
    }

    void Open()
    {
        run.Source.Begin(pass++);
        taken = 0;
    }

    /// <summary>The rest of the epoch's steps.</summary>
    void Steps(Logs logs)
    {
        while (step < (run.StepsPerEpoch ?? int.MaxValue) && !model.StopTraining)
        {
            var (together, samples) = (0, 0L);
            for (; together < trainer.How.StepsPerExecution && step + together < (run.StepsPerEpoch ?? int.MaxValue); together++)
            {
                run.Cancel.ThrowIfCancellationRequested();
                if (!Next()) break;
                if (together == 0) callbacks.TrainBatchBegin(step, none);
                steps.Train(run.Source.Programs!, run.Source.Feeds, run.Cancel);
                samples += run.Source.Feeds[0].Shape[0];
            }
            if (together == 0) return;
            step += together;
            logs.Renew();
            (progress.Epochs, progress.IsEpochEnd, progress.Steps, progress.Samples) = (epoch, false, together, samples);
            (progress.Iteration, progress.RunIteration) = (progress.Iteration + together, progress.RunIteration + together);
            callbacks.TrainBatchEnd(step - 1, logs);
            End();
            callbacks.Pause(capture);
        }
    }

    bool Next()
    {
        if (!run.Source.Next(run.Cancel))
        {
            if (run.StepsPerEpoch is null) return false;
            Open();
            if (!run.Source.Next(run.Cancel)) return false;
        }
        taken++;
        return true;
    }

    Logs Ended()
    {
        var logs = new Logs();
        steps.Read(logs);
        var training = logs.Count;
        if (run.Validation is { } validation && (epoch + 1) % run.ValidationFreq == 0)
        {
            foreach (var (name, value) in Loops.Evaluate(steps, validation, run.ValidationSteps, callbacks, run.Cancel)) logs[$"val_{name}"] = value;
            progress.Score = logs.Skip(training).Where(l => !l.Key.EndsWith("loss", StringComparison.Ordinal)).Select(l => l.Value).FirstOrDefault(double.NaN);
        }
        (progress.Epochs, progress.IsEpochEnd, progress.Steps, progress.Samples) = (epoch + 1, true, 0, 0);
        callbacks.EpochEnd(epoch, logs);
        End();
        return logs;
    }

    void End()
    {
        if (run.End is { } end && end.Fires(progress)) model.StopTraining = true;
    }

    /// <summary>Everything that decides how the run goes on.</summary>
    RunState Capture()
    {
        var state = new RunState
        {
            Epoch = progress.Epochs,
            Step = step,
            Pass = pass,
            Taken = step > 0 || run.StepsPerEpoch is not null ? taken : null,
            Made = (int)Math.Min(progress.RunIteration, int.MaxValue),
            Score = progress.Score,
            Stopped = model.StopTraining,
            Batch = RunState.Fingerprint(run.Source.Feeds),
            Machine = Engines.Circumstances(trainer.Engine),
            Seed = model.Seed,
        };
        foreach (var (key, parameter) in Kept()) state.Arrays[key] = parameter.Value;
        if (step > 0)
            foreach (var (value, i) in steps.Measured.Select((v, i) => (v, i))) state.Arrays[$"metrics/{i}"] = value;
        Remember(state, reading: false);
        return state;
    }

    /// <summary>Goes on as a checkpoint says: all of it, or nothing where it does not fit.</summary>
    void Restore(RunState from)
    {
        if (from.Seed != model.Seed) throw new InvalidOperationException($"Fit: the model's Seed is {model.Seed}, that of the interrupted run was {from.Seed}. Expected the same, for dropout and the order of samples follow from it. Set model.Seed = {from.Seed}, or delete the checkpoint to begin anew.");
        if (from.Taken is { } count)
        {
            run.Source.Begin(pass - 1);
            taken = count;
            if (!run.Source.Skip(count - 1, run.Cancel) || !run.Source.Next(run.Cancel) || RunState.Fingerprint(run.Source.Feeds) != from.Batch)
                throw new InvalidOperationException($"Fit: batch {count} of the data is not the one that the interrupted run had. Expected the same data in the same batches. Give Fit what it had then, or delete the checkpoint to begin anew.");
        }
        var values = Kept().Select(k => (k.Parameter, Value: from.Arrays.GetValueOrDefault(k.Key) is { } value && value.Shape == k.Parameter.Shape && value.DType == k.Parameter.DType ? value
            : throw new ModelFileException($"Fit: the checkpoint has {(from.Arrays.TryGetValue(k.Key, out var other) ? $"{other.DType.Name()} {other.Shape}" : "nothing")} for '{k.Key}'. Expected {k.Parameter}. Build and compile the model as it was, or delete the checkpoint to begin anew."))).ToList();
        foreach (var (parameter, value) in values) parameter.Value = value;
        if (from.Step > 0) steps.Measured = [.. Enumerable.Range(0, steps.Measured.Count).Select(i => from.Arrays[$"metrics/{i}"])];
        (step, model.StopTraining) = (from.Step, from.Stopped);
        (progress.Iteration, progress.RunIteration, progress.Score, progress.Epochs) = ((long)trainer.How.Optimizer.Iterations.Value.ToNumber(), from.Made, from.Score, from.Epoch);
        Remember(from, reading: true);
        if (from.Machine == Engines.Circumstances(trainer.Engine)) return;
        System.Diagnostics.Trace.TraceWarning($"Fit: the run was on {from.Machine} and goes on on {Engines.Circumstances(trainer.Engine)}. Expected the same for the same bits; results differ by rounding.");
    }

    IEnumerable<(string Key, Parameter Parameter)> Kept()
    {
        Parameter[] weights = [.. model.Weights];
        return Named("weights", weights).Concat(Named("optimizer", trainer.How.Optimizer.VariablesOf(model.TrainableWeights).Except(weights))).Concat(Named("states", model.Carried));

        static IEnumerable<(string, Parameter)> Named(string kind, IEnumerable<Parameter> all) => all.Select((p, i) => ($"{kind}/{i}/{p.Path}", p));
    }

    void Remember(RunState state, bool reading)
    {
        var count = new Dictionary<string, int>();
        foreach (var callback in callbacks.All)
        {
            var kind = callback.GetType().Name;
            callback.Remember(new(state, $"callbacks/{kind}/{count[kind] = count.GetValueOrDefault(kind, -1) + 1}", reading));
        }
    }
}
