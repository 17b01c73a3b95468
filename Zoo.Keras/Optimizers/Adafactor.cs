using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Adam whose second moments of matrices are the product of a row and a column (Shazeer and Stern, 2018), in Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Adafactor(LearningRate? learningRate = null, double beta2Decay = -0.8, double epsilon1 = 1e-30, double epsilon2 = 1e-3, double clipThreshold = 1, bool relativeStep = true) : Optimizer(learningRate ?? 0.001)
{
    /// <summary>The power by which the memory of second moments grows.</summary>
    [KerasName("beta_2_decay")]
    public double Beta2Decay { get; } = beta2Decay;

    /// <summary>Added to squared gradients.</summary>
    [KerasName("epsilon_1")]
    public double Epsilon1 { get; } = epsilon1;

    /// <summary>The least size of a weight by which steps are measured.</summary>
    [KerasName("epsilon_2")]
    public double Epsilon2 { get; } = epsilon2;

    /// <summary>The largest root of a step's mean square.</summary>
    public double ClipThreshold { get; } = clipThreshold;

    /// <summary>Whether the rate falls with the root of the number of steps; a schedule is taken as it is.</summary>
    public bool RelativeStep { get; } = relativeStep;

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["row", "column", "velocity"]];

    // Keras names row and column as the weight, and gives weights of one axis two numbers that it never uses.
    private protected override string Suffix(string slot) => slot == "velocity" ? "_velocity" : "";

    /// <inheritdoc/>
    protected override (Shape Shape, DType DType) Form(Parameter weight, string slot) => slot switch
    {
        "velocity" => (weight.Shape, weight.DType),
        _ when weight.Shape.Rank < 2 => ([], DType.Int32),
        "row" => (weight.Shape[..^1], weight.DType),
        _ => (weight.Shape[..^2].Concat(weight.Shape[^1..]), weight.DType),
    };

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        var falling = A.Rsqrt(step.Number);
        var rate = A.Maximum(Root(weight), Epsilon2) * A.Minimum(!HasSchedule && RelativeStep ? A.Minimum(step.Rate, falling) : step.Rate, falling);
        var squares = step.Size + Epsilon1;
        var keep = 1 - A.Pow(step.Number, Beta2Decay);
        if (weight.Shape.Rank < 2) slots["velocity"] = slots["velocity"] * keep + squares * (1 - keep);
        else
        {
            slots["row"] = slots["row"] * keep + A.Mean(squares, -1) * (1 - keep);
            slots["column"] = slots["column"] * keep + A.Mean(squares, -2) * (1 - keep);
            slots["velocity"] = A.ExpandDims(slots["row"] / A.Mean(slots["row"], -1, keepDims: true), -1) * A.ExpandDims(slots["column"], -2);
        }
        var change = gradient / A.Sqrt(slots["velocity"]);
        return weight - change / A.Maximum(Root(change) / ClipThreshold, 1) * rate;
    }

    static Variable Root(Variable x) => A.Sqrt(A.Mean(A.Square(x)));
}
