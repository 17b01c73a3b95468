using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;
using Type = Zoo.Autograd.DType;

namespace Zoo.Keras;

// Longer than a layer should be: it has two ways to its borders, given or found, each with its own errors.
/// <summary>Numbers to the bins in which they lie. The borders are given, or found as quantiles of data by <see cref="Adapt(NDArray)"/>.</summary>
[KerasObject("keras.layers"), KerasOmit("trainable"), KerasBuildConfig]
public sealed class Discretization : Layer
{
    float[][]? summary;

    /// <summary>A layer with given borders, or with so many bins to be found.</summary>
    /// <param name="binBoundaries">The borders, rising; a number on one lies in the bin above.</param>
    /// <param name="numBins">The number of bins that Adapt makes.</param>
    /// <param name="epsilon">How exact its quantiles are.</param>
    /// <param name="outputMode">int, one_hot, multi_hot or count.</param>
    /// <exception cref="ArgumentException">Neither borders nor a number of bins.</exception>
    public Discretization(double[]? binBoundaries = null, int? numBins = null, double epsilon = 0.01, OutputMode outputMode = default)
    {
        if (binBoundaries is null && numBins is null) throw new ArgumentException("Discretization: neither binBoundaries nor numBins is given. Expected one of them.");
        if (numBins < 1) throw new ArgumentException($"Discretization: {numBins} bins were asked for. Expected a positive number.");
        if (binBoundaries is not null && !binBoundaries.Order().SequenceEqual(binBoundaries)) throw new ArgumentException($"Discretization: the borders [{string.Join(", ", binBoundaries)}] do not rise. Expected them sorted.");
        (BinBoundaries, NumBins, Epsilon, OutputMode) = (binBoundaries, numBins, epsilon, outputMode.Of("Discretization", "int", "one_hot", "multi_hot", "count"));
    }

    /// <summary>The borders; null before <see cref="Adapt(NDArray)"/> where they are to be found.</summary>
    public double[]? BinBoundaries { get; private set; }

    /// <summary>The number of bins to be found.</summary>
    public int? NumBins { get; }

    /// <summary>How exact the quantiles are.</summary>
    public double Epsilon { get; }

    /// <summary>The form of the result.</summary>
    public OutputMode OutputMode { get; }

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one.</summary>
    /// <exception cref="ArgumentException">It is set for the output mode int.</exception>
    public bool Sparse { get; init => field = OutputMode.Sparse(value, "Discretization"); }

    /// <summary>The dtype, as Keras' file of this layer has it: a name.</summary>
    [KerasName("dtype")]
    public string DType { get => DTypePolicy.Name; init => DTypePolicy = value; }

    /// <summary>Finds the borders from an array.</summary>
    /// <exception cref="InvalidOperationException">The layer was made with borders.</exception>
    public void Adapt(NDArray data) => Adapt([data]);

    /// <summary>Finds the borders from batches.</summary>
    /// <exception cref="InvalidOperationException">The layer was made with borders.</exception>
    public void Adapt(IEnumerable<NDArray> batches)
    {
        if (NumBins is not { } bins) throw new InvalidOperationException($"{Name}: Adapt was called on a layer with given borders. Expected numBins in their place.");
        summary = null;
        foreach (var batch in batches) summary = Quantiles.Merge(Quantiles.Summarize(batch, Epsilon), summary, Epsilon);
        if (summary is null) throw new ArgumentException($"{Name}: Adapt was given no data. Expected at least one batch.");
        BinBoundaries = [.. Quantiles.Compress(summary, 1.0 / bins)[0][..^1].Select(b => (double)b)];
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var borders = BinBoundaries ?? throw new InvalidOperationException($"{Name}: it has no borders yet. Call Adapt with data first, or give binBoundaries.");
        if (x.DType is not (Type.Int32 or Type.Int64 or Type.Float32 or Type.Float64)) x = A.Cast(x, x.DType.IsFloat() ? Type.Float32 : x.DType == Type.UInt32 ? Type.Int64 : Type.Int32);   // what TensorFlow's op takes
        return Categories.Encode(CountOps.Bucketize.Call([x], ("boundaries", borders)), OutputMode, borders.Length + 1, DTypePolicy.ComputeDType);
    }
}
