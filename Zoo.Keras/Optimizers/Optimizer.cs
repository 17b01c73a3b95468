using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

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
        StepCount = new("iteration", Shape.Scalar, DType.Int64, () => NDArray.Scalar(0, DType.Int64), trainable: false);
        if (schedule is null) rate = new("learning_rate", Shape.Scalar, DType.Float32, () => NDArray.Scalar(learningRate.Value), trainable: false);
    }

    /// <summary>The name, by which files know its variables.</summary>
    public string Name { get => field ?? KerasNames.Snake(GetType().Name); init; }

    /// <summary>The step size: a number, which may be changed between steps, or a schedule.</summary>
    /// <exception cref="InvalidOperationException">A schedule gives the rate.</exception>
    public virtual LearningRate LearningRate
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
    public double? Clipnorm { get; init => field = Bound(value, nameof(Clipnorm)); }

    /// <summary>The largest norm of all gradients together.</summary>
    public double? GlobalClipnorm { get; init => field = Bound(value, nameof(GlobalClipnorm)); }

    /// <summary>The largest size of an element of a gradient.</summary>
    public double? Clipvalue { get; init => field = Bound(value, nameof(Clipvalue)); }

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

    /// <summary>The number of steps made, an int64, from which also random layers draw.</summary>
    internal virtual Parameter Iterations => StepCount;

    /// <summary>The number of steps that this optimizer itself counted.</summary>
    private protected Parameter StepCount { get; }

    /// <summary>The learning rate after the steps made so far.</summary>
    public virtual double CurrentLearningRate => schedule?.At((long)StepCount.Value.ToNumber()) ?? rate!.Value.ToNumber();

    /// <summary>The new weight. The weight may be a whole one, a part, or many laid end to end (<see cref="Granularity"/>).</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="gradient">The gradient of the loss, clipped.</param>
    /// <param name="slots">What is remembered; assign new values.</param>
    /// <param name="step">The learning rate and the number of the step.</param>
    public abstract Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step);

    /// <summary>The size of a gradient, element by element, of which formulas keep a mean or a sum: the square by default. <see cref="Update"/> finds it in its last argument.</summary>
    protected internal virtual Variable Measure(Variable gradient) => A.Square(gradient);

    /// <summary>The value that a slot begins with.</summary>
    protected virtual double Begin(string slot) => 0;

    /// <summary>The shape and the type of a slot of a weight; by default those of the weight.</summary>
    protected virtual (Shape Shape, DType DType) Form(Parameter weight, string slot) => (weight.Shape, weight.DType);

    /// <summary>The first value of a slot of a weight; by default filled with <see cref="Begin"/>.</summary>
    protected virtual NDArray First(Parameter weight, string slot)
    {
        var (shape, dtype) = Form(weight, slot);
        return NDArray.Full(shape, Begin(slot), dtype);
    }

    /// <summary>Whether a slot is kept of a weight.</summary>
    protected virtual bool Keeps(Parameter weight, string slot) => true;

    /// <summary>Numbers that are remembered once, not of each weight; <see cref="Update"/> finds them among the slots.</summary>
    public virtual IReadOnlyList<string> Numbers => [];

    /// <summary>The new numbers of a step, before the weights are updated.</summary>
    /// <param name="numbers">The numbers; assign new values.</param>
    /// <param name="step">The learning rate and the number of the step.</param>
    protected virtual void UpdateNumbers(OptimizerSlots numbers, OptimizerStep step) { }

    /// <summary>The part of a weight that decays in a step, before the learning rate; null for none.</summary>
    protected virtual double? DecayOf(Parameter weight) => WeightDecay;

    /// <summary>Keras' name of a slot in files, behind that of the weight.</summary>
    private protected virtual string Suffix(string slot) => $"_{slot}";

    private protected bool HasSchedule => schedule is not null;

    /// <summary>Weights whose path holds one of these texts do not decay.</summary>
    /// <example><code>new AdamW().ExcludeFromWeightDecay("bias", "batch_normalization")</code></example>
    public Optimizer ExcludeFromWeightDecay(params string[] names)
    {
        undecayed = names;
        return this;
    }

    /// <summary>Given weights do not decay.</summary>
    public Optimizer ExcludeFromWeightDecay(params Parameter[] weights)
    {
        undecayedWeights = weights;
        return this;
    }

    /// <summary>An optimizer by Keras' name, with Keras' defaults.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Optimizer(string name) => KerasRegistry.Named<Optimizer>("optimizer", name);

    double? Bound(double? value, string what) => value is <= 0 ? throw new ArgumentException($"{GetType().Name}: {what} is {value}. Expected a positive number, or null for none.") : value;

    private protected double Fraction(double value, string what) => value is >= 0 and <= 1 ? value
        : throw new ArgumentException($"{GetType().Name}: {what} {value} is out of range. Expected 0 to 1.");
}
