using System.Text.RegularExpressions;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Matrices step along their momentum made orthogonal by Newton and Schulz' iteration (Jordan and others, 2024); other weights, and embeddings, by AdamW. In Keras' form.</summary>
[KerasObject("keras.optimizers")]
public sealed class Muon : Optimizer
{
    /// <summary>Muon with a rate.</summary>
    public Muon(LearningRate? learningRate = null, double adamBeta1 = 0.9, double adamBeta2 = 0.999, double? adamWeightDecay = 0.004, double epsilon = 1e-7, double? weightDecay = 0.004, double momentum = 0.95, int nsSteps = 5, bool nesterov = true)
        : base(learningRate ?? 0.001) =>
        (AdamBeta1, AdamBeta2, AdamWeightDecay, Epsilon, WeightDecay, Momentum, NsSteps, Nesterov) = (adamBeta1, adamBeta2, adamWeightDecay, epsilon, weightDecay, momentum, nsSteps, nesterov);

    /// <summary>AdamW's decay of the first moment.</summary>
    [KerasName("adam_beta_1")]
    public double AdamBeta1 { get; }

    /// <summary>AdamW's decay of the second moment.</summary>
    [KerasName("adam_beta_2")]
    public double AdamBeta2 { get; }

    /// <summary>AdamW's weight decay; null for none.</summary>
    public double? AdamWeightDecay { get; }

    /// <summary>Keeps AdamW's quotient finite.</summary>
    public double Epsilon { get; }

    /// <summary>How much of the momentum is kept.</summary>
    public double Momentum { get; }

    /// <summary>The number of iterations that make the momentum orthogonal.</summary>
    public int NsSteps { get; }

    /// <summary>Whether the gradient is added to the momentum once more.</summary>
    public bool Nesterov { get; }

    /// <summary>Weights whose path one of these patterns matches go by AdamW.</summary>
    public string[] ExcludeLayers { get; init; } = [];

    /// <summary>Whether embeddings go by AdamW.</summary>
    public bool ExcludeEmbeddings { get; init; } = true;

    /// <summary>The iteration's first coefficient.</summary>
    [KerasName("muon_a")]
    public double MuonA { get; init; } = 3.4445;

    /// <summary>The iteration's second coefficient.</summary>
    [KerasName("muon_b")]
    public double MuonB { get; init; } = -4.775;

    /// <summary>The iteration's third coefficient.</summary>
    [KerasName("muon_c")]
    public double MuonC { get; init; } = 2.0315;

    /// <summary>AdamW's learning rate as a part of Muon's.</summary>
    public double AdamLrRatio { get; init; } = 1;

    /// <summary>The size of a matrix' step, which grows with the root of its longer side; null: as it is.</summary>
    public double? RmsRate { get; init; } = 0.2;

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["momentum", "velocity"]];

    /// <inheritdoc/>
    protected override bool Keeps(Parameter weight, string slot) => slot == "momentum" || ByAdam(weight);

    /// <inheritdoc/>
    protected override double? DecayOf(Parameter weight) => ByAdam(weight) ? AdamWeightDecay : WeightDecay;

    bool ByAdam(Parameter weight) => weight.Shape.Rank != 2 || ExcludeEmbeddings && weight.Path.Contains("embedding", StringComparison.OrdinalIgnoreCase) || Array.Exists(ExcludeLayers, p => Regex.IsMatch(weight.Path, p));

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step)
    {
        if (slots.Has("velocity"))
        {
            var alpha = step.Rate * AdamLrRatio * A.Sqrt(1 - A.Pow(step.Number.Weak(AdamBeta2), step.Number)) / (1 - A.Pow(step.Number.Weak(AdamBeta1), step.Number));
            slots["momentum"] += (gradient - slots["momentum"]) * (1 - AdamBeta1);
            slots["velocity"] += (step.Size - slots["velocity"]) * (1 - AdamBeta2);
            return weight - slots["momentum"] * alpha / (A.Sqrt(slots["velocity"]) + Epsilon);
        }
        slots["momentum"] += gradient + slots["momentum"] * (Momentum - 1);
        var change = Orthogonal(Nesterov ? gradient + slots["momentum"] * Momentum : slots["momentum"]) * step.Rate;
        return weight - (RmsRate is { } rms ? change * (Math.Sqrt(Math.Max(weight.Shape[0], weight.Shape[1])) * rms) : change);
    }

    Variable Orthogonal(Variable x)
    {
        var tall = x.Shape[0] > x.Shape[1];
        if (tall) x = A.Transpose(x, 1, 0);
        x /= A.Sqrt(A.Sum(A.Square(x))) + 1e-7;
        for (var i = 0; i < NsSteps; i++)
        {
            var square = A.MatMul(x, x, transposeB: true);
            x = x * MuonA + A.MatMul(square * MuonB + A.MatMul(square * MuonC, square), x);
        }
        return tall ? A.Transpose(x, 1, 0) : x;
    }
}
