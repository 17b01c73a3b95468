using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// x · scale + bias along some axes (Caffe's Scale and Bias). The factors are weights, or a second input; the bias is a weight, or the second input where there is no scale.
/// </summary>
/// <param name="axis">The first axis along which they differ; the batch is 0.</param>
/// <param name="axes">Along how many they differ; -1 stands for all from the first on. Of a second input its rank counts.</param>
[KerasObject(Package = "caffe")]
public sealed class ChannelScale(int axis = 1, int axes = 1) : Layer
{
    Parameter? scale, bias;

    /// <summary>The first axis.</summary>
    public int Axis { get; } = axis;

    /// <summary>How many axes.</summary>
    public int Axes { get; } = axes;

    /// <summary>Whether is multiplied.</summary>
    public bool UseScale { get; init; } = true;

    /// <summary>Whether is added.</summary>
    public bool UseBias { get; init; }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        var input = inputs[0];
        var first = input.Axis(Axis, "axis");
        var over = Axes < 0 ? input.Rank - first : Axes;
        if (first + over > input.Rank) throw new ShapeException($"the input has {input.Rank} axes. Expected at least {first + over}.") { Actual = input };
        var entries = inputs.Count > 1 ? inputs[1] : input[first..(first + over)];
        if (UseScale && inputs.Count == 1) scale = Weight("scale", entries, Initializer.Ones);
        if (UseBias && (UseScale || inputs.Count == 1)) bias = Weight("bias", entries, Initializer.Zeros);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var (y, first) = (x[0], x[0].Shape.Axis(Axis, "axis"));
        if (UseScale) y *= Along(scale ?? x[1]);
        if (UseBias) y += Along(bias ?? x[1]);
        return y;

        // Axes of size 1 behind let it broadcast; what begins with the batch keeps it as it is.
        Variable Along(Variable factors)
        {
            var behind = x[0].Shape.Rank - first - factors.Shape.Rank;
            if (behind < 0) throw new ShapeException($"the factors have shape {factors.Shape}. Expected at most {x[0].Shape.Rank - first} axes.") { Actual = factors.Shape };
            for (; behind > 0; behind--) factors = A.ExpandDims(factors, factors.Shape.Rank);
            return factors;
        }
    }
}
