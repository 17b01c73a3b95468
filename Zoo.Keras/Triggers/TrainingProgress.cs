namespace Zoo.Keras;

/// <summary>How far training is, for <see cref="Trigger"/>s. The object is used again for the next step: keep values, not the object.</summary>
public sealed class TrainingProgress
{
    readonly Func<double>? loss;

    /// <summary>The beginning.</summary>
    public TrainingProgress() { }

    internal TrainingProgress(Func<double> loss) => this.loss = loss;

    /// <summary>The epochs that have ended.</summary>
    public int Epochs { get; internal set; }

    /// <summary>The steps that the optimizer has made, in all runs.</summary>
    public long Iteration { get; internal set; }

    /// <summary>The steps of this run; a run that goes on from a checkpoint goes on counting.</summary>
    public long RunIteration { get; internal set; }

    /// <summary>The steps since a trigger was asked last: 1, or Compile's <c>stepsPerExecution</c>.</summary>
    public int Steps { get; internal set; } = 1;

    /// <summary>The samples of these steps.</summary>
    public long Samples { get; internal set; }

    /// <summary>Whether an epoch has just ended.</summary>
    public bool IsEpochEnd { get; internal set; }

    /// <summary>The loss of the last step.</summary>
    public double Loss => loss?.Invoke() ?? double.NaN;

    /// <summary>The first metric of the last validation; not a number where there was none.</summary>
    public double Score { get; internal set; } = double.NaN;
}
