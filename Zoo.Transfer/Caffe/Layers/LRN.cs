using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Local response normalization of pictures [batch, channels, height, width]: x / (k + alpha · the mean of the squares near by) to the power beta. Near by are channels, or within a channel
/// places of a square.
/// </summary>
/// <param name="size">How many channels, or how wide a square; odd.</param>
/// <param name="alpha">The weight of the mean; of channels TensorFlow's LRN has it as the weight of the sum.</param>
/// <param name="beta">The power.</param>
/// <param name="k">What is added; within a channel it is always 1.</param>
[KerasObject(Package = "caffe")]
public sealed class LRN(int size, double alpha = 1, double beta = 0.75, double k = 1) : Layer
{
    /// <summary>How many channels, or how wide a square.</summary>
    public int Size { get; } = size % 2 == 1 && size > 0 ? size : throw new ArgumentException($"LRN: the size {size} is out of range. Expected an odd number.");

    /// <summary>The weight of the mean.</summary>
    public double Alpha { get; } = alpha;

    /// <summary>The power.</summary>
    public double Beta { get; } = beta;

    /// <summary>What is added.</summary>
    public double K { get; } = k;

    /// <summary>Whether places of the same channel are near by, not other channels.</summary>
    public bool WithinChannel { get; init; }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (x.Shape.Rank != 4) throw new ShapeException($"the input has {x.Shape.Rank} axes. Expected 4: batch, channels, height, width.") { Actual = x.Shape };
        var last = DataFormat.ChannelsFirst.ToLast(x);
        if (!WithinChannel) return DataFormat.ChannelsFirst.FromLast(LocalNorm.LRN.Call([last], ("depth_radius", (Size - 1) / 2), ("bias", K), ("alpha", Alpha / Size), ("beta", Beta)));
        var around = (Size - 1) / 2;
        var mean = Spatial.Pool(A.Pad(A.Square(last), [(0, 0), (around, around), (around, around), (0, 0)]), false, [Size, Size], [1, 1], "VALID");
        return DataFormat.ChannelsFirst.FromLast(last * A.Pow(1 + Alpha * mean, -Beta));
    }
}
