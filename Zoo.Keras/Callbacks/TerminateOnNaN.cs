namespace Zoo.Keras;

/// <summary>
/// Ends training when the loss is not a finite number. While it watches, such a step changes nothing: the weights are those of the last good step.
/// </summary>
/// <param name="raiseError">Whether Fit ends with an exception.</param>
public sealed class TerminateOnNaN(bool raiseError = false) : Callback
{
    int epoch;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs) => this.epoch = epoch;

    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (!logs.TryGetValue("loss", out var loss) || double.IsFinite(loss)) return;
        Model.StopTraining = true;
        var message = $"TerminateOnNaN: the loss of epoch {epoch}, batch {batch} is {loss}. Expected a finite number. The weights are those before this batch; look for values that are no numbers in the data, or lower the learning rate.";
        if (raiseError) throw new InvalidOperationException(message);
        if (Params.Verbose > 0) Console.WriteLine(message);
    }
}
