using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: its checks and the hash that Lookup and HashedCrossing use too stand in one place.
/// <summary>Strings or numbers to bins by a hash (FarmHash, or SipHash with a salt): the same on every machine, without a vocabulary.</summary>
[KerasObject("keras.layers"), KerasBuildConfig]
public sealed class Hashing : Layer
{
    /// <summary>A layer of so many bins.</summary>
    /// <param name="numBins">The number of bins.</param>
    /// <param name="outputMode">int, one_hot, multi_hot or count.</param>
    /// <param name="maskValue">A string or number that has bin 0 for itself; none by default.</param>
    /// <param name="salt">Two numbers, the key of SipHash (one stands for both); FarmHash where it is null.</param>
    public Hashing(int numBins, OutputMode outputMode = default, object? maskValue = null, long[]? salt = null)
    {
        if (numBins <= 0) throw new ArgumentException($"Hashing: {numBins} bins were asked for. Expected a positive number.");
        if (salt is [var both]) salt = [both, both];
        if (salt is not (null or { Length: 2 })) throw new ArgumentException($"Hashing: the salt has {salt.Length} numbers. Expected 2.");
        (NumBins, OutputMode, MaskValue, Salt) = (numBins, outputMode.Of("Hashing", "int", "one_hot", "multi_hot", "count"), maskValue, salt);
        DTypePolicy = outputMode.Name == "int" ? DType.Int64 : DTypePolicy.Float32;
    }

    /// <summary>The number of bins.</summary>
    public int NumBins { get; }

    /// <summary>The form of the result.</summary>
    public OutputMode OutputMode { get; }

    /// <summary>A string or number that has bin 0 for itself.</summary>
    public object? MaskValue { get; }

    /// <summary>The key of SipHash.</summary>
    public long[]? Salt { get; }

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one.</summary>
    /// <exception cref="ArgumentException">It is set for the output mode int.</exception>
    public bool Sparse { get; init => field = OutputMode.Sparse(value, "Hashing"); }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var dtype = DTypePolicy.ComputeDType;
        if (OutputMode.Name == "one_hot" && x.Shape[-1] == 1) x = A.Squeeze(x, -1);
        var masks = MaskValue is not null && NumBins > 1;
        var bins = Bins(x, NumBins - (masks ? 1 : 0), Salt);
        if (masks) bins = A.Where(A.Equal(x, A.Constant(Lookup.Token(MaskValue!, x.DType))), A.ZerosLike(bins), bins + 1);
        return OutputMode.Name == "int" ? A.Cast(bins, dtype) : Categories.Encode(bins, OutputMode, NumBins, dtype);
    }

    /// <summary>The bin of each string, or of each whole number as a string.</summary>
    internal static Variable Bins(Variable x, int bins, long[]? salt)
    {
        if (x.DType.IsFloat()) x = A.Cast(x, DType.Int64);
        if (x.DType != DType.String) x = TextNumberOps.AsString.Call(x);
        return salt is null ? TextNumberOps.StringToHashBucketFast.Call([x], ("num_buckets", bins)) : TextNumberOps.StringToHashBucketStrong.Call([x], ("num_buckets", bins), ("key", salt));
    }
}
