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

    static Variable Random(Graph.Op op, Variable shape, ulong key, Variable counter, DType dtype)
    {
        if (counter.DType == DType.Int64) counter = RandomOps.Bitcast.Call([counter], ("type", DType.UInt64));
        return op.Call([shape, Constant(NDArray.From(new[] { key })), counter, Constant(1, DType.Int32)], ("dtype", dtype));
    }

    /// <summary>The same value; running it fails where an element is infinite or not a number, with this message.</summary>
    public static Variable CheckNumerics(Variable x, string message) => ArrayOps.CheckNumerics.Call([x], ("message", message));
}
