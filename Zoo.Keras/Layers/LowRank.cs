using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the mechanism of LoRA, which four families of layers share.
/// <summary>
/// Low-rank adaptation (LoRA: Hu and others, 2021) of one weight of a layer: the weight is frozen, and stands for itself plus a·b times alpha / rank, of which a and b, two weights of
/// little size, train. Files hold the sum in the weight's place, and neither a nor b, as Keras' do.
/// </summary>
internal sealed class LowRank
{
    Parameter weight = null!;
    Parameter? a, b;
    Func<string, Shape, Initializer, Parameter> make = null!;
    Constraint? constraint;

    /// <summary>The size between a and b; null for no adaptation.</summary>
    internal int? Rank { get; set => field = value is null or > 0 ? value : throw new ArgumentException($"LoRA: the rank {value} is out of range. Expected a positive number."); }

    /// <summary>What a·b is multiplied by, times the rank; by default the rank.</summary>
    internal double? Alpha { get => field ?? Rank; set; }

    /// <summary>The weights that were added.</summary>
    internal Parameter[] Added => a is null ? [] : [a, b!];

    /// <summary>Tells of the weight when its layer makes it.</summary>
    /// <param name="of">The weight.</param>
    /// <param name="force">The weight's constraint, with which there is no adaptation.</param>
    /// <param name="maker">Makes a weight of the layer.</param>
    internal Parameter Begin(Parameter of, Constraint? force, Func<string, Shape, Initializer, Parameter> maker)
    {
        (weight, constraint, make) = (of, force, maker);
        return of;
    }

    /// <summary>Adapts the weight, where a rank was given, once its layer has made the weights before the added ones.</summary>
    internal void Built(Layer layer)
    {
        if (Rank is { } rank && a is null) Enable(layer, rank, Alpha);
    }

    /// <summary>Freezes the weight and adds a and b.</summary>
    internal void Enable(Layer layer, int rank, double? alpha, Initializer? first = null, Initializer? second = null)
    {
        if (weight is null) throw new InvalidOperationException($"{layer.Name}: LoRA was enabled on a layer that is not built. Expected one that has met an input. Apply it first, or set LoraRank.");
        if (a is not null) throw new InvalidOperationException($"{layer.Name}: LoRA is enabled already, with rank {Rank}. Expected one call for each layer.");
        if (constraint is not null) throw new ArgumentException($"{layer.Name}: LoRA does not go with the constraint of {weight.Name}. Expected a layer without one.");
        (Rank, Alpha) = (rank, alpha);
        a = make($"lora_{weight.Name}_a", [.. weight.Shape[..^1], rank], first ?? "he_uniform");
        b = make($"lora_{weight.Name}_b", [rank, weight.Shape[^1]], second ?? Initializer.Zeros);
        weight.Trainable = false;
    }

    double Scale => Alpha!.Value / Rank!.Value;

    /// <summary>The adapted weight.</summary>
    internal Variable Value
    {
        get
        {
            if (a is null) return weight;
            Variable frozen = weight, product = A.Dot(a, b!) * Scale;
            var wider = frozen.DType.Size() > product.DType.Size() ? frozen.DType : product.DType;
            return A.Cast(A.Cast(frozen, wider) + A.Cast(product, wider), frozen.DType);
        }
    }

    /// <summary>What a file holds of a weight; null for the weight's own value.</summary>
    internal NDArray? Stored(Parameter of)
    {
        if (a is null || of != weight) return null;
        var (sum, left, right) = (weight.Value, a.Value, b!.Value);
        var (rank, columns) = (Rank!.Value, (int)weight.Shape[^1]);
        for (var i = 0; i < sum.Count; i++)
        {
            var product = 0.0;
            for (var k = 0; k < rank; k++) product += left.Number(i / columns * rank + k) * right.Number(k * columns + i % columns);
            sum.SetNumber(i, sum.Number(i) + Scale * product);
        }
        return sum;
    }
}
