using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// x / (k + alpha / n · Σ x²)^beta with the sum over n neighbouring channels of pictures (Krizhevsky and others, 2012; Analytics Zoo's LRN2D). As in Caffe and BigDL alpha is divided by
/// n, which TensorFlow's LRN does not do.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class LRN2D(double alpha = 1e-4, double k = 1, double beta = 0.75, int n = 5) : SpatialLayer(2)
{
    /// <summary>How much the neighbours count.</summary>
    public double Alpha { get; } = alpha;

    /// <summary>What is added to their sum.</summary>
    public double K { get; } = k;

    /// <summary>The exponent.</summary>
    public double Beta { get; } = beta;

    /// <summary>How many channels are neighbours; odd.</summary>
    public int N { get; } = n > 0 && n % 2 == 1 ? n : throw new ArgumentException($"LRN2D: a window of {n} channels has no middle. Expected an odd number.");

    private protected override Variable CallLast(Variable x)
    {
        if (x.DType != DType.Float64) return LocalNorm.LRN.Call([x], ("depth_radius", N / 2), ("bias", K), ("alpha", Alpha / N), ("beta", Beta));
        // The op knows no double precision.
        var squares = A.Pad(A.Square(x), [(0, 0), (0, 0), (0, 0), (N / 2, N / 2)]);
        var channels = (int)x.Shape[-1];
        var sum = A.AddN([.. Enumerable.Range(0, N).Select(i => squares[.., .., .., i..(i + channels)])]);
        return x * A.Pow(sum * (Alpha / N) + K, -Beta);
    }
}

/// <summary>
/// x / (1 + alpha · mean of x²)^beta with the mean over a window of size · size places of the same channel, zeros around the picture counted (Caffe's LRN within channels; Analytics
/// Zoo's WithinChannelLRN2D).
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class WithinChannelLRN2D(int size = 5, double alpha = 1, double beta = 0.75) : SpatialLayer(2)
{
    /// <summary>The side of the window; odd.</summary>
    public int Size { get; } = size > 0 && size % 2 == 1 ? size : throw new ArgumentException($"WithinChannelLRN2D: a window of {size} places has no middle. Expected an odd number.");

    /// <summary>How much the neighbours count.</summary>
    public double Alpha { get; } = alpha;

    /// <summary>The exponent.</summary>
    public double Beta { get; } = beta;

    private protected override Variable CallLast(Variable x)
    {
        var around = (Size / 2, Size / 2);
        var mean = Spatial.Pool(A.Pad(A.Square(x), [(0, 0), around, around, (0, 0)]), max: false, [Size, Size], [1, 1], "VALID");
        return x * A.Pow(mean * Alpha + 1, -Beta);
    }
}
