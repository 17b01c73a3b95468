namespace Zoo.Keras;

/// <summary>
/// When something is to happen in training: a checkpoint, or its end. Triggers combine: <c>Trigger.MaxEpoch(10) | Trigger.MinLoss(0.01)</c>. A class of one's own
/// overrides <see cref="Fires"/>. Names and meanings are Analytics Zoo's.
/// </summary>
/// <example><code>model.Fit(x, y, endTrigger: Trigger.MaxIteration(1000) | Trigger.MaxScore(0.99));</code></example>
public abstract record Trigger
{
    /// <summary>Whether it is time. Asked after each step (or each execution of several), and once more when an epoch has ended, validation included.</summary>
    public abstract bool Fires(TrainingProgress at);

    /// <summary>When an epoch has ended.</summary>
    public static Trigger EveryEpoch { get; } = new EveryEpochTrigger(1);

    /// <summary>When so many epochs have ended since the last time.</summary>
    public static Trigger EveryXEpoch(int epochs) => new EveryEpochTrigger(Positive(epochs, nameof(EveryXEpoch)));

    /// <summary>After every so many steps of a run.</summary>
    public static Trigger SeveralIteration(int steps) => new SeveralIterationTrigger(Positive(steps, nameof(SeveralIteration)));

    /// <summary>When so many epochs have ended.</summary>
    public static Trigger MaxEpoch(int epochs) => new MaxEpochTrigger(Positive(epochs, nameof(MaxEpoch)));

    /// <summary>When the optimizer has made so many steps, those of earlier runs counted.</summary>
    public static Trigger MaxIteration(long steps) => new MaxIterationTrigger(Positive(steps, nameof(MaxIteration)));

    /// <summary>When an epoch's score is above a value: the first metric of its validation.</summary>
    public static Trigger MaxScore(double score) => new MaxScoreTrigger(score);

    /// <summary>When the loss of a step is below a value.</summary>
    public static Trigger MinLoss(double loss) => new MinLossTrigger(loss);

    /// <summary>When both fire.</summary>
    public static Trigger operator &(Trigger first, Trigger second) => new AndTrigger(first, second);

    /// <summary>When one of them fires.</summary>
    public static Trigger operator |(Trigger first, Trigger second) => new OrTrigger(first, second);

    /// <summary>Keras' names of how often is saved: <c>epoch</c>, <c>batch</c>.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static implicit operator Trigger(string name) => name switch
    {
        "epoch" => EveryEpoch,
        "batch" => SeveralIteration(1),
        _ => throw new ArgumentException($"Trigger: '{name}' is not known. Expected epoch, batch, a number of batches or a Trigger."),
    };

    /// <summary>After every so many steps, as Keras' <c>save_freq</c>.</summary>
    public static implicit operator Trigger(int steps) => SeveralIteration(steps);

    static T Positive<T>(T value, string what) where T : System.Numerics.INumber<T> =>
        value > T.Zero ? value : throw new ArgumentException($"Trigger.{what}: {value} is out of range. Expected a positive number.");

    sealed record EveryEpochTrigger(int Epochs) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.IsEpochEnd && at.Epochs % Epochs == 0;
    }

    sealed record SeveralIterationTrigger(int Steps) : Trigger
    {
        public override bool Fires(TrainingProgress at) => !at.IsEpochEnd && at.RunIteration / Steps > (at.RunIteration - at.Steps) / Steps;
    }

    sealed record MaxEpochTrigger(int Epochs) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.Epochs >= Epochs;
    }

    sealed record MaxIterationTrigger(long Steps) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.Iteration >= Steps;
    }

    sealed record MaxScoreTrigger(double Score) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.Score > Score;
    }

    sealed record MinLossTrigger(double Loss) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.Loss < Loss;
    }

    sealed record AndTrigger(Trigger First, Trigger Second) : Trigger
    {
        public override bool Fires(TrainingProgress at) => First.Fires(at) && Second.Fires(at);
    }

    sealed record OrTrigger(Trigger First, Trigger Second) : Trigger
    {
        public override bool Fires(TrainingProgress at) => First.Fires(at) || Second.Fires(at);
    }
}
