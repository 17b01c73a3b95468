namespace Zoo.Keras;

/// <summary>Ends training when the loss is not a finite number.</summary>
public sealed class TerminateOnNaN : Callback
{
    /// <inheritdoc/>
    public override void OnTrainBatchEnd(int batch, Logs logs)
    {
        if (logs.TryGetValue("loss", out var loss) && !double.IsFinite(loss)) Model.StopTraining = true;
    }
}
