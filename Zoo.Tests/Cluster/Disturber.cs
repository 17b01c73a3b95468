namespace Zoo.Tests.Cluster;

/// <summary>Does something once, after a number of steps.</summary>
sealed class Disturber(int at, Action act) : Keras.Callback
{
    int steps;

    internal bool Done { get; private set; }

    public override void OnTrainBatchEnd(int batch, Keras.Logs logs)
    {
        if (steps++ != at) return;
        act();
        Done = true;
    }
}
