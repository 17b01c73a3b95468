using System.Numerics;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;

namespace Zoo.Tests.EngineCases;

/// <summary>A case on the embedded engine: values, gradients, gradients of gradients, and what differences say.</summary>
sealed class OpRun
{
    OpRun(OpCase it) => Case = it;

    internal OpCase Case { get; }
    internal required Node Node { get; init; }
    internal required Variable[] Feeds { get; init; }
    internal NDArray[] Outputs { get; private init; } = [];

    /// <summary>The gradients of the weighted outputs; null for an input that has none.</summary>
    internal Variable?[] Gradients { get; private set; } = [];
    internal NDArray?[] GradientValues { get; private set; } = [];
    internal Variable? Loss { get; private set; }

    /// <summary>Runs the forward op, declared with known shapes.</summary>
    internal static OpRun Forward(OpCase it, Func<Shape, Shape>? declare = null)
    {
        var (node, feeds) = it.Build(declare ?? (s => s));
        return new(it) { Node = node, Feeds = feeds, Outputs = Run(feeds, it.Public(node), it.Feeds) };
    }

    internal void Differentiate(IReadOnlyList<Shape> shapes)
    {
        Loss = Case.Loss(Node, shapes);
        if (Loss is null) return;
        var xs = Case.Smooth(Feeds);
        try
        {
            Gradients = Zoo.Autograd.Graph.Gradients.Of([Loss], xs);
        }
        catch (GraphException e) when (e.Message.Contains("of complex numbers has no gradient", StringComparison.Ordinal))
        {
            Loss = null;
            return;
        }
        var found = Gradients.OfType<Variable>().ToArray();
        var values = Run(Feeds, found, Case.Feeds);
        var next = 0;
        GradientValues = [.. Gradients.Select(g => g is null ? null : values[next++])];
    }

    /// <summary>The largest difference between gradients of a number and its central differences, over some elements of each input.</summary>
    internal string? Compare(Variable number, Variable?[] gradients, NDArray?[] values, double step, double tolerance)
    {
        var xs = Case.Smooth(Feeds);
        var random = new Random(3);
        using var session = Engines.Find("embedded").Compile(new() { Feeds = Feeds, Fetches = [number] });
        var feeds = Case.Feeds.Select(f => f.Clone()).ToArray();
        for (var i = 0; i < xs.Length; i++)
        {
            var feed = feeds[Array.IndexOf(Feeds, xs[i])];
            for (var k = 0; k < Math.Min(6, feed.Count); k++)
            {
                var at = feed.Count <= 6 ? k : random.Next(feed.Count);
                var old = feed.ComplexNumber(at);
                var expected = (At(old + step) - At(old - step)) / (2 * step);
                if (feed.DType.IsComplex()) expected += (At(old + Complex.ImaginaryOne * step) - At(old - Complex.ImaginaryOne * step)) / (2 * step) * Complex.ImaginaryOne;
                feed.SetComplex(at, old);
                var found = values[i]?.ComplexNumber(at) ?? 0;
                if (!((found - expected).Magnitude <= tolerance * (1 + expected.Magnitude)))
                    return $"input {i} element {at}: gradient {found:G9}, difference {expected:G9}";

                Complex At(Complex x)
                {
                    feed.SetComplex(at, x);
                    var result = new NDArray?[1];
                    session.Run(feeds, result);
                    return result[0]!.ToNumber();
                }
            }
        }
        return null;
    }

    internal static NDArray[] Run(Variable[] feeds, Variable[] fetches, NDArray[] values, string engine = "embedded")
    {
        if (fetches.Length == 0) return [];
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = feeds, Fetches = fetches });
        var results = new NDArray?[fetches.Length];
        session.Run(values, results);
        return results!;
    }

    /// <summary>The first place where lists of results differ.</summary>
    internal static string? Differ(NDArray[] a, NDArray[] b) => a.Zip(b, (x, y) => Differ(x, y)).Select((d, i) => d is null ? null : $"{i}: {d}").FirstOrDefault(d => d is not null);

    /// <summary>Where two results differ; null where they are equal within the dtype's precision.</summary>
    internal static string? Differ(NDArray a, NDArray b, double? within = null)
    {
        if (a.DType != b.DType || a.Shape != b.Shape) return $"{a.DType.Name()} {a.Shape} against {b.DType.Name()} {b.Shape}";
        if (a.DType == DType.String)
            return Enumerable.Range(0, a.Count).Where(i => !a.AsSpan<byte[]>()[i].AsSpan().SequenceEqual(b.AsSpan<byte[]>()[i])).Select(i => $"element {i}: '{a.ToStrings()[i]}' against '{b.ToStrings()[i]}'").FirstOrDefault();
        var tolerance = within ?? a.DType switch { DType.Float32 or DType.Complex64 => 2e-5, DType.Float64 or DType.Complex128 => 1e-10, DType.Float16 => 2e-2, DType.BFloat16 => 1e-1, _ => 0 };
        for (var i = 0; i < a.Count; i++)
        {
            if (a.DType.IsComplex())
            {
                var (p, q) = (a.ComplexNumber(i), b.ComplexNumber(i));
                if (!(p == q || (p - q).Magnitude <= tolerance * (1 + Math.Max(p.Magnitude, q.Magnitude)) || Complex.IsNaN(p) && Complex.IsNaN(q) || !Complex.IsFinite(p) && !Complex.IsFinite(q))) return $"element {i}: {p:G9} against {q:G9}";
                continue;
            }
            var (x, y) = (a.Number(i), b.Number(i));
            if (x != y && !(double.IsNaN(x) && double.IsNaN(y)) && !(Math.Abs(x - y) <= tolerance * (1 + Math.Max(Math.Abs(x), Math.Abs(y)))))
                return $"element {i}: {x:G9} against {y:G9}";
        }
        return null;
    }
}
