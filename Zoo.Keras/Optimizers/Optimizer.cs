using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// The rule by which gradients change weights. A rule declares its <see cref="Slots"/> and gives the new weight in <see cref="Update"/>; decay,
/// clipping, averaging, accumulation and the learning rate are the same for all. What it remembers lives here: compiled again, or saved and
/// loaded, training goes on.
/// </summary>
public abstract partial class Optimizer
{
    readonly LearningRateSchedule? schedule;
    readonly Parameter? rate;

    /// <summary>An optimizer with a learning rate.</summary>
    protected Optimizer(LearningRate learningRate)
    {
        schedule = learningRate.Schedule;
        Iterations = new("iteration", Shape.Scalar, DType.Int64, () => NDArray.Scalar(0, DType.Int64), trainable: false);
        if (schedule is null) rate = new("learning_rate", Shape.Scalar, DType.Float32, () => NDArray.Scalar(learningRate.Value), trainable: false);
    }

    /// <summary>The name, by which files know its variables.</summary>
    public string Name { get => field ?? KerasNames.Snake(GetType().Name); init; }

    /// <summary>The step size: a number, which may be changed between steps, or a schedule.</summary>
    /// <exception cref="InvalidOperationException">A schedule gives the rate.</exception>
    public LearningRate LearningRate
    {
        get => schedule is not null ? new(schedule) : new(rate!.Value.ToNumber());
        set
        {
            if (rate is null || value.Schedule is not null)
                throw new InvalidOperationException($"{Name}: the learning rate cannot be set to {value}, for {(rate is null ? $"the schedule {schedule!.Name} gives it" : "a schedule is chosen when the optimizer is made")}. Expected a number, of an optimizer made with a number. Make a new optimizer.");
            rate.Value = NDArray.Scalar(value.Value);
        }
    }

    /// <summary>The part of each weight, times the learning rate, that is taken away before each update (decoupled weight decay).</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The largest norm of the gradient of one weight.</summary>
    public double? Clipnorm { get; init; }

    /// <summary>The largest norm of all gradients together.</summary>
    public double? GlobalClipnorm { get; init; }

    /// <summary>The largest size of an element of a gradient.</summary>
    public double? Clipvalue { get; init; }

    /// <summary>Whether a moving average of the weights is kept, which replaces them at the end of Fit.</summary>
    public bool UseEma { get; init; }

    /// <summary>How much of the average is kept in each step.</summary>
    public double EmaMomentum { get; init; } = 0.99;

    /// <summary>After how many steps the average replaces the weights each time; null for only at the end.</summary>
    public int? EmaOverwriteFrequency { get; init; }

    /// <summary>The loss is multiplied by it and the gradients are divided by it: for half precision.</summary>
    public double? LossScaleFactor { get; init; }

    /// <summary>The steps whose gradients are averaged for one update.</summary>
    public int? GradientAccumulationSteps { get; init; }

    /// <summary>What the formula needs to see at once.</summary>
    public virtual Granularity Granularity => Granularity.Element;

    /// <summary>The names of what is remembered of each weight; groups are stored one after the other, the slots of a group weight by weight.</summary>
    public virtual IReadOnlyList<string[]> Slots => [];

    /// <summary>The number of steps made, an int64.</summary>
    internal Parameter Iterations { get; }

    /// <summary>The learning rate after the steps made so far.</summary>
    public double CurrentLearningRate => schedule?.At((long)Iterations.Value.ToNumber()) ?? rate!.Value.ToNumber();

    /// <summary>The new weight. The weight may be a whole one, a part, or many laid end to end (<see cref="Granularity"/>).</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="gradient">The gradient of the loss, clipped.</param>
    /// <param name="slots">What is remembered; assign new values.</param>
    /// <param name="step">The learning rate and the number of the step.</param>
    public abstract Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step);

    /// <summary>The value that a slot begins with.</summary>
    protected virtual double Begin(string slot) => 0;

    /// <summary>Weights whose path holds one of these texts do not decay.</summary>
    /// <example><code>new AdamW().ExcludeFromWeightDecay("bias", "batch_normalization")</code></example>
    public Optimizer ExcludeFromWeightDecay(params string[] names)
    {
        undecayed = names;
        return this;
    }

    /// <summary>An optimizer by Keras' name, with Keras' defaults.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Optimizer(string name) => KerasRegistry.Named<Optimizer>("optimizer", name);

    private protected double Fraction(double value, string what) => value is >= 0 and <= 1 ? value
        : throw new ArgumentException($"{GetType().Name}: {what} {value} is out of range. Expected 0 to 1.");
}
