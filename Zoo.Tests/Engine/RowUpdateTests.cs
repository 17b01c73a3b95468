using System.Runtime.InteropServices;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Updates of looked-up tables: where the formula leaves rows without a gradient as they are, only the others are read and written, with the same bits.</summary>
[Category("Engines")]
public class RowUpdateTests
{
    const int Count = 12;

    static NDArray Noise(Shape shape, int seed, float from = -1)
    {
        var random = new Random(seed);
        var made = NDArray.Zeros(shape, DType.Float32);
        foreach (ref var value in made.AsSpan<float>()) value = from + (1 - from) * random.NextSingle();
        return made;
    }

    /// <summary>Numbers with others twice, some of which belong nowhere.</summary>
    static NDArray Rows(int segments, int seed)
    {
        var random = new Random(seed);
        var made = NDArray.Zeros([Count], DType.Int32);
        foreach (ref var row in made.AsSpan<int>()) row = random.Next(4) switch { 0 => segments - 1, 1 => -1, _ => random.Next(segments) };
        return made;
    }

    static string Kinds(Zoo.Autograd.Graph.Program program, params Shape[] feeds) => string.Join(" ", Planner.Make(Specialize.For(program, feeds)).Assignments.Select(s => s.Kind).Distinct().Order());

    /// <summary>New values of tables that are looked up once and twice, by gradient descent and by Adagrad's formula; a rate beside.</summary>
    static (Zoo.Autograd.Graph.Program Program, Parameter[] Tables) Tables(int segments, int width, bool fetched, NDArray accumulator, float epsilon)
    {
        Variable x = StateOps.Input("x", [Count, width], DType.Float32), y = StateOps.Input("y", [Count, width], DType.Float32), rate = StateOps.Input("rate", [], DType.Float32);
        Variable at = StateOps.Input("at", [Count], DType.Int32), at2 = StateOps.Input("at2", [Count], DType.Int32);
        Variable once = A.UnsortedSegmentSum(x, at, segments), again = A.UnsortedSegmentSum(y, at2, segments), squares = A.UnsortedSegmentSum(A.Square(x), at, segments);
        Parameter[] tables = [.. Enumerable.Range(0, 3).Select(i => new Parameter(Noise([segments, width], i), $"table{i}")), new(accumulator, "accumulator")];
        var sum = tables[3].Variable + squares;
        return (new()
        {
            Feeds = [x, y, rate, at, at2],
            Fetches = fetched ? [once, again, squares] : [],
            Updates = [(tables[0], tables[0].Variable - once * rate), (tables[1], tables[1].Variable - A.Minimum(A.Maximum(once + again, -0.5f), 0.5f) * rate), (tables[2], tables[2].Variable - once * rate / A.Sqrt(sum + epsilon)), (tables[3], sum)],
        }, tables);
    }

    static float[][] Run(int segments, int width, bool fetched, NDArray accumulator, float epsilon, float rate, int steps = 3)
    {
        var (program, tables) = Tables(segments, width, fetched, accumulator, epsilon);
        using var session = new TorchEngine().Compile(program);
        for (var i = 0; i < steps; i++)
            session.Run([Noise([Count, width], 10 + i), Noise([Count, width], 20 + i), NDArray.Scalar(rate, DType.Float32), Rows(segments, 30 + i), Rows(segments, 40 + i)], new NDArray?[program.Fetches.Length]);
        return Array.ConvertAll(tables, t => t.Value.ToArray<float>());
    }

    /// <summary>Whether all bits are the same; millions of numbers.</summary>
    static bool Same(float[][] a, float[][] b) => a.Length == b.Length && a.Zip(b).All(t => MemoryMarshal.AsBytes<float>(t.First).SequenceEqual(MemoryMarshal.AsBytes<float>(t.Second)));

    [Test]
    public void Rows_without_a_gradient_are_left_alone_and_the_bits_are_those_of_whole_updates([Values(1, 3, 64, 1500)] int width, [Values(1, 2)] int threads)
    {
        var segments = Math.Max(1000, 30_000 / width);
        var accumulator = Noise([segments, width], 5, 0.1f);
        Shape[] shapes = [[Count, width], [Count, width], [], [Count], [Count]];
        Assert.That(Kinds(Tables(segments, width, false, accumulator, 1e-7f).Program, shapes), Is.EqualTo("rows"));
        Assert.That(Kinds(Tables(segments, width, true, accumulator, 1e-7f).Program, shapes), Is.EqualTo("update"));
        var before = TorchThreads.Count;
        TorchThreads.Count = threads;
        try
        {
            Assert.That(Same(Run(segments, width, false, accumulator, 1e-7f, 0.1f), Run(segments, width, true, accumulator, 1e-7f, 0.1f)));
        }
        finally { TorchThreads.Count = before; }
    }

    [Test]
    public void What_a_whole_update_would_spoil_shows_which_rows_are_touched()
    {
        const int segments = 1000, width = 8;
        var looked = Rows(segments, 30).ToArray<int>();
        float[][] of = Run(segments, width, false, NDArray.Zeros([segments, width], DType.Float32), 0, 0.1f, 1), whole = Run(segments, width, true, NDArray.Zeros([segments, width], DType.Float32), 0, 0.1f, 1);
        Assert.That(of[2].Any(float.IsNaN), Is.False, "0 / 0 only where nothing is looked up");
        Assert.That(whole[2].Index().All(v => float.IsNaN(v.Item) != looked.Contains(v.Index / width)));
        // a rate that is no number spoils all, as ever
        float[][] spoiled = Run(segments, width, false, Noise([segments, width], 5, 0.1f), 1e-7f, float.PositiveInfinity, 1);
        Assert.That(Same(spoiled, Run(segments, width, true, Noise([segments, width], 5, 0.1f), 1e-7f, float.PositiveInfinity, 1)));
        Assert.That(spoiled[0].Count(float.IsNaN), Is.GreaterThan((segments - Count) * width / 2));
    }

    static readonly (string Name, Func<Optimizer> Make, bool Leaves)[] optimizers =
    [
        ("SGD", () => new SGD(0.1), true), ("SGD, clipped by value", () => new SGD(0.1) { Clipvalue = 0.3 }, true), ("Adagrad", () => new Adagrad(0.1), true),
        ("SGD with momentum", () => new SGD(0.1, 0.9), false), ("SGD that decays", () => new SGD(0.1) { WeightDecay = 0.01 }, false), ("SGD with averages", () => new SGD(0.1) { UseEma = true }, false),
        ("SGD, clipped by norm", () => new SGD(0.1) { Clipnorm = 0.5 }, false), ("SGD of two steps", () => new SGD(0.1) { GradientAccumulationSteps = 2 }, false),
        ("Adam", () => new Adam(0.1), false), ("RMSprop", () => new RMSprop(0.1), false), ("Adadelta", () => new Adadelta(0.1), false), ("Ftrl", () => new Ftrl(0.1), false), ("Lion", () => new Lion(0.1), false),
    ];

    static IEnumerable<string> Names() => optimizers.Select(o => o.Name);

    /// <summary>It follows from the formula alone which optimizers leave rows as they are; all give the bits of whole updates.</summary>
    [TestCaseSource(nameof(Names))]
    public void Optimizers_leave_rows_alone_where_their_formula_does(string name)
    {
        const int segments = 3000, width = 16;
        var (_, make, leaves) = Array.Find(optimizers, o => o.Name == name);
        Shape[] shapes = [[Count, width], [Count]];
        var (program, _) = Made(false);
        Assert.That(Kinds(program, shapes).Contains("rows"), Is.EqualTo(leaves));
        Assert.That(Same(Trained(false), Trained(true)));

        (Zoo.Autograd.Graph.Program Program, Parameter[] All) Made(bool fetched)
        {
            Variable x = StateOps.Input("x", [Count, width], DType.Float32), at = StateOps.Input("at", [Count], DType.Int32);
            var gradient = A.UnsortedSegmentSum(x, at, segments);
            var table = new Parameter(Noise([segments, width], 1), "table");
            var optimizer = make();
            (Parameter, Variable)[] updates = [.. optimizer.Updates([(table, gradient)])];
            return (new() { Feeds = [x, at], Fetches = fetched ? [gradient, .. optimizer is Adagrad ? new[] { A.UnsortedSegmentSum(A.Square(x), at, segments) } : []] : [], Updates = updates }, [table, .. optimizer.Variables]);
        }

        float[][] Trained(bool fetched)
        {
            var (program, all) = Made(fetched);
            using var session = new TorchEngine().Compile(program);
            for (var i = 0; i < 4; i++) session.Run([Noise([Count, width], 10 + i), Rows(segments, 30 + i)], new NDArray?[program.Fetches.Length]);
            return Array.ConvertAll(Array.ConvertAll(all, p => p.Value), v => Enumerable.Range(0, v.Count).Select(i => (float)v.Number(i)).ToArray());
        }
    }
}
