using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// BERT's Adam, as Analytics Zoo has it: no bias correction, the decay of weights inside the step, and a rate that grows over a part of all steps and falls then.
/// </summary>
/// <remarks>Zoo's code multiplies by the schedule twice; here it counts once, as in BERT.</remarks>
/// <example><code>new AdamWeightDecay(2e-5, warmupPortion: 0.1, total: 10_000)</code></example>
[KerasObject(Package = "zoo")]
public sealed class AdamWeightDecay : Optimizer
{
    /// <summary>BERT's Adam.</summary>
    /// <param name="learningRate">The highest rate.</param>
    /// <param name="warmupPortion">The part of all steps over which the rate grows from 0.</param>
    /// <param name="total">The number of all steps; −1 for a rate that stays.</param>
    /// <param name="schedule">How the rate goes on: <c>linear</c> (1 − t), <c>cosine</c> (half a cosine) or <c>constant</c>, t being the part of the steps that was made.</param>
    /// <param name="beta1">The decay of the first moment.</param>
    /// <param name="beta2">The decay of the second moment.</param>
    /// <param name="epsilon">Keeps the quotient finite.</param>
    /// <param name="weightDecay">The part of each weight that is added to its step.</param>
    public AdamWeightDecay(LearningRate? learningRate = null, double warmupPortion = -1, int total = -1, string schedule = "linear", double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-6, double? weightDecay = 0.01) : base(learningRate ?? 0.001)
    {
        Schedule = schedule is "linear" or "cosine" or "constant" ? schedule : throw new ArgumentException($"AdamWeightDecay: the schedule '{schedule}' is not known. Expected linear, cosine or constant.");
        Total = total is -1 or > 0 ? total : throw new ArgumentException($"AdamWeightDecay: {total} is no number of steps. Expected a positive number, or -1 for a rate that stays.");
        (WarmupPortion, Beta1, Beta2, Epsilon, WeightDecay) = (warmupPortion, beta1, beta2, epsilon, weightDecay);
    }

    /// <summary>The part of all steps over which the rate grows.</summary>
    public double WarmupPortion { get; }

    /// <summary>The number of all steps.</summary>
    public int Total { get; }

    /// <summary>How the rate goes on.</summary>
    public string Schedule { get; }

    /// <summary>The decay of the first moment.</summary>
    [KerasName("beta_1")]
    public double Beta1 { get; }

    /// <summary>The decay of the second moment.</summary>
    [KerasName("beta_2")]
    public double Beta2 { get; }

    /// <summary>Keeps the quotient finite.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "velocity"]];

    /// <inheritdoc/>
    protected override double? DecayOf(Parameter weight) => null;   // it is a part of the step

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        slots["momentum"] += (gradient - slots["momentum"]) * (1 - Beta1);
        slots["velocity"] += (A.Square(gradient) - slots["velocity"]) * (1 - Beta2);
        var change = slots["momentum"] / (A.Sqrt(slots["velocity"]) + Epsilon);
        if (WeightDecay is { } decay) change += weight * decay;
        return weight - change * (Total < 0 ? step.Rate : step.Rate * Part((step.Number - 1) / Total));
    }

    Variable Part(Variable done)
    {
        var after = Schedule switch { "linear" => A.Maximum(1 - done, 0), "cosine" => 0.5 * (1 + A.Cos(Math.PI * done)), _ => A.OnesLike(done) };
        return WarmupPortion <= 0 ? after : A.Where(done < WarmupPortion, done / WarmupPortion, after);
    }
}
