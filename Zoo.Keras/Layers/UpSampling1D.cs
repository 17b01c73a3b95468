using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Each step of sequences [batch, steps, channels] repeated.</summary>
[KerasObject("keras.layers"), KerasOmit("data_format")]
public sealed class UpSampling1D(int size = 2) : SpatialLayer(1)
{
    /// <summary>How often.</summary>
    public int Size { get; } = size > 0 ? size : throw new ArgumentException($"UpSampling1D: the size {size} is out of range. Expected a positive number.");

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    private protected override Variable CallLast(Variable x) => Spatial.Repeat(x, 1, [Size]);
}
