using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public static partial class AutoGrad
{
    /// <summary>
    /// Uniform random numbers from 0 up to 1, which depend on key, counter and place only: the same on every engine and after a restart.
    /// </summary>
    /// <param name="shape">An integer vector.</param>
    /// <param name="key">Says which stream of numbers.</param>
    /// <param name="counter">Where in the stream they begin: two int64 numbers, low and high; a float32 takes a quarter of a count, a float64 half of one.</param>
    /// <param name="dtype">float32 or float64.</param>
    public static Variable RandomUniform(Variable shape, ulong key, Variable counter, DType dtype = DType.Float32) => Random(RandomOps.Uniform, shape, key, counter, dtype);

    /// <summary>Standard normal random numbers; arguments as those of <see cref="RandomUniform"/>.</summary>
    public static Variable RandomNormal(Variable shape, ulong key, Variable counter, DType dtype = DType.Float32) => Random(RandomOps.Normal, shape, key, counter, dtype);

    /// <summary>Standard normal random numbers within (−2, 2); each takes 64 counts as float32 and as float64.</summary>
    public static Variable RandomTruncatedNormal(Variable shape, ulong key, Variable counter, DType dtype = DType.Float32) => Random(RandomOps.TruncatedNormal, shape, key, counter, dtype);

    /// <summary>Whole numbers from low up to below high, of int32 or int64; the other arguments as those of <see cref="RandomUniform"/>.</summary>
    public static Variable RandomInteger(Variable shape, Variable low, Variable high, ulong key, Variable counter) =>
        RandomOps.UniformInt.Call([shape, Constant(NDArray.From(new[] { key })), Unsigned(counter), Constant(1, DType.Int32), low, high]);

    /// <summary>Gamma numbers with a rate of 1; each takes 256 counts. The shape ends with that of alpha. They have a gradient for alpha.</summary>
    public static Variable RandomGamma(Variable shape, Variable alpha, ulong key, Variable counter) =>
        RandomGammas.Gamma.Call(shape, Constant(NDArray.From(new[] { key })), Unsigned(counter), Constant(1, DType.Int32), alpha);

    /// <summary>Classes (int32) drawn for each row of unnormalised logarithms of probabilities [batch, classes]: [batch, samples], each by one uniform number.</summary>
    public static Variable RandomCategorical(Variable logits, int samples, ulong key, Variable counter)
    {
        var upTo = Cumsum(Softmax(logits), -1);   // the last class takes what rounding leaves
        var draws = Cast(RandomUniform(Stack([ShapeOf(logits)[0], Constant(samples, DType.Int32)]), key, counter, logits.DType == DType.Float64 ? DType.Float64 : DType.Float32), logits.DType);
        return Minimum(Sum(Cast(ExpandDims(upTo, 1) <= ExpandDims(draws, 2), DType.Int32), 2), ShapeOf(logits)[1] - 1);
    }

    /// <summary>How many of up to <paramref name="most"/> trials succeed: each of counts trials (int32) with a probability, which broadcast; each trial takes one uniform number.</summary>
    public static Variable RandomBinomial(Variable counts, Variable probabilities, int most, ulong key, Variable counter)
    {
        var chances = probabilities + Cast(ZerosLike(counts), probabilities.DType);
        var draws = Cast(RandomUniform(Concat([ShapeOf(chances), Constant(new[] { most })], 0), key, counter), probabilities.DType);
        var tried = Range(Constant(most, DType.Int32)) < ExpandDims(counts, -1);
        return Sum(Cast((draws < ExpandDims(chances, -1)) & tried, DType.Int32), -1);
    }

    /// <summary>The entries of axis 0 in a random order: that of uniform float64 numbers, one for each.</summary>
    public static Variable RandomShuffle(Variable x, ulong key, Variable counter) => Gather(x, Argsort(RandomUniform(ShapeOf(x)[..1], key, counter, DType.Float64)));

    static Variable Unsigned(Variable counter) => counter.DType == DType.Int64 ? RandomOps.Bitcast.Call([counter], ("type", DType.UInt64)) : counter;

    static Variable Random(Op op, Variable shape, ulong key, Variable counter, DType dtype) =>
        op.Call([shape, Constant(NDArray.From(new[] { key })), Unsigned(counter), Constant(1, DType.Int32)], ("dtype", dtype));

    /// <summary>The same value; running it fails where an element is infinite or not a number, with this message.</summary>
    public static Variable CheckNumerics(Variable x, string message) => ArrayOps.CheckNumerics.Call([x], ("message", message));
}
