using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the draws that all layers of random pictures share.
/// <summary>
/// What layers share that change pictures at random, each in its own way, in training only. What happens to a picture depends on seed, layer, step and sample: the same on every engine.
/// </summary>
public abstract class RandomImageLayer : ImageLayer
{
    private protected RandomImageLayer() { }

    /// <summary>A seed of its own; else the model's.</summary>
    public new long? Seed { get; init; }

    private protected override bool OnlyInTraining => true;

    /// <summary>Uniform numbers from 0 to 1: some for each picture, [batch, 1, 1, count].</summary>
    private protected Variable Uniform(Variable x, CallContext c, int count = 1) => c.RandomUniform(x, Shape.Create([Dim.Any, 1, 1, count]), Seed);

    /// <summary>A number within a range for each picture, [batch, 1, 1, 1].</summary>
    private protected Variable Draw(Variable x, CallContext c, Factor range) => Uniform(x, c) * (range.High - range.Low) + range.Low;

    /// <summary>Whether something happens to a picture: with a probability that is drawn itself.</summary>
    private protected Variable Happens(Variable x, CallContext c, Factor probability)
    {
        var drawn = Uniform(x, c, 2);
        return drawn[.., .., .., ..1] < drawn[.., .., .., 1..] * (probability.High - probability.Low) + probability.Low;
    }

    /// <summary>1 or −1 for each picture.</summary>
    private protected Variable Sign(Variable x, CallContext c) => Uniform(x, c) is var u ? A.Where(u > 0.5, -A.OnesLike(u), A.OnesLike(u)) : x;

    /// <summary>Numbers of the gamma distribution with the given shapes, [batch, 1, 1, 1]: the first of 16 tries that is accepted (Marsaglia and Tsang 2000), one of 10²⁰ times none is.</summary>
    private protected Variable Gamma(Variable x, CallContext c, Variable shape)
    {
        const int tries = 16;
        var u = A.Maximum(Uniform(x, c, 3 * tries + 1), 1e-7);
        Variable Part(int i) => u[.., .., .., (i * tries)..((i + 1) * tries)];
        var normal = A.Sqrt(A.Log(Part(0)) * -2) * A.Cos(Part(1) * (2 * Math.PI));
        var d = shape + (1 - 1.0 / 3);   // for shape + 1, brought back below
        var v = A.Pow(normal / A.Sqrt(d * 9) + 1, A.Constant(3, x.DType));
        var accepted = A.Cast(A.LogicalAnd(v > 0, A.Log(Part(2)) < A.Square(normal) * 0.5 + d - d * v + d * A.Log(A.Maximum(v, 1e-30))), x.DType);
        var first = accepted * A.Cast(A.Cumsum(accepted, 3, exclusive: true) < 0.5, x.DType);
        var value = A.Sum(first * d * v, 3, keepDims: true) + (1 - A.Sum(first, 3, keepDims: true)) * d;
        return value * A.Exp(A.Log(u[.., .., .., (3 * tries)..]) / shape);
    }

    /// <summary>The pictures of a batch in random order.</summary>
    private protected Variable Shuffled(Variable x, CallContext c) => A.Gather(x, A.Argsort(A.Reshape(Uniform(x, c), [Dim.Any])));

    /// <summary>One for each column of a projection, [batch, 1], put together and seen through.</summary>
    private protected static Variable Project(Variable x, Variable[] columns, string interpolation, string fillMode, double fill) =>
        Pictures.Project(x, A.Concat([.. columns.Select(v => A.Reshape(v, [Dim.Any, 1]))], 1), interpolation, fillMode, fill);

    /// <summary>The size of an axis less 1, a number.</summary>
    private protected static Variable Last(Variable x, int axis) => A.Cast(A.SizeOf(x, axis), x.DType) - 1;

    /// <summary>Where boxes of the given shares of height and width lie, at random places: bool [batch, height, width, 1].</summary>
    private protected Variable Boxes(Variable x, CallContext c, Variable shareX, Variable shareY)
    {
        return A.LogicalAnd(Along(2, shareX, [1, 1, Dim.Any, 1]), Along(1, shareY, [1, Dim.Any, 1, 1]));

        Variable Along(int axis, Variable share, Shape shape)
        {
            var places = A.Reshape(A.Cast(A.Range(A.SizeOf(x, axis)), x.DType), shape);
            var size = A.Cast(A.SizeOf(x, axis), x.DType);
            var start = Uniform(x, c) * (size - share * size);
            return A.LogicalAnd(places >= start, places < start + share * size);
        }
    }
}
