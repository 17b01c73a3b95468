using Spectre.Console;

namespace Zoo.Keras;

/// <summary>
/// Shows how far a run is: epoch, step, loss and metrics so far, samples a second, time left. On a terminal as one line that is redrawn at most
/// ten times a second; elsewhere, and with <c>verbose: 2</c>, as one plain line an epoch. Fit, Evaluate and Predict use it unless
/// <c>verbose</c> is 0.
/// </summary>
public sealed class ProgressBar : Callback
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly TimeProvider clock;
    readonly IAnsiConsole? given;
    ProgressLine? line;
    string title = "";
    bool training, moving;
    int done;
    long begin, drawn, stepped;

    /// <summary>A progress bar on the console.</summary>
    public ProgressBar() => clock = TimeProvider.System;

    internal ProgressBar(IAnsiConsole console, TimeProvider clock) => (given, this.clock) = (console, clock);

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs) => training = true;

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        training = false;
        line?.Clear();
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs) => Begin(ProgressLine.Text(Params.Epochs == int.MaxValue ? (FormattableString)$"epoch {epoch + 1}" : $"epoch {epoch + 1}/{Params.Epochs}"));

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs) => Step(batch, logs);

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs) => End(logs);

    /// <inheritdoc/>
    public override void OnTestBegin(Logs logs)
    {
        // the validation of an epoch: its time is not training's
        if (training) stepped = clock.GetTimestamp();
        else Begin("evaluate");
    }

    /// <inheritdoc/>
    public override void OnTestBatchEnd(int batch, Logs logs)
    {
        if (!training) Step(batch, logs);
    }

    /// <inheritdoc/>
    public override void OnTestEnd(Logs logs)
    {
        if (!training) End(logs);
    }

    /// <inheritdoc/>
    public override void OnPredictBegin(Logs logs) => Begin("predict");

    /// <inheritdoc/>
    public override void OnPredictBatchEnd(int batch, Logs logs) => Step(batch, logs);

    /// <inheritdoc/>
    public override void OnPredictEnd(Logs logs) => End(logs);

    void Begin(string what)
    {
        title = what;
        line = Params.Verbose == 0 ? null : line ?? new(given ?? AnsiConsole.Create(new()));
        moving = Params.Verbose == 1 && line is { CanMove: true };
        (done, stepped) = (0, 0);
        begin = drawn = clock.GetTimestamp();
    }

    void Step(int batch, Logs logs)
    {
        done = batch + 1;
        if (!moving) return;
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(drawn, now) < Pause) return;
        drawn = now;
        line!.Redraw(title, done, Params.Steps, Rate(now), Left(now), logs);
    }

    void End(Logs logs)
    {
        if (line is null) return;
        var now = stepped == 0 ? clock.GetTimestamp() : stepped;
        line.Finish(title, done, clock.GetElapsedTime(begin), Rate(now), logs);
    }

    (double Value, string Unit) Rate(long now)
    {
        var seconds = Math.Max(clock.GetElapsedTime(begin, now).TotalSeconds, 1e-6);
        return Params.BatchSize is { } size ? ((double)done * size / seconds, "samples/s") : (done / seconds, "steps/s");
    }

    TimeSpan? Left(long now) => Params.Steps is { } steps && done > 0 ? clock.GetElapsedTime(begin, now) / done * Math.Max(0, steps - done) : null;
}
