using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Tests.EngineCases;

/// <summary>
/// Every op of the registry, tried on both engines with inputs generated from its signature. A sample drawn by a fixed seed, which has each op at
/// least once; <c>ZOO_FULL=1</c> tries all cases, <c>ZOO_OPS</c> (a pattern) those of some ops.
/// </summary>
[Category("Engines")]
public class OpTests
{
    static readonly bool full = Environment.GetEnvironmentVariable("ZOO_FULL") == "1";
    static readonly string only = Environment.GetEnvironmentVariable("ZOO_OPS") ?? "";
    static readonly ConcurrentDictionary<string, (int Passed, int Total)> counts = [];
    static readonly Lazy<OpCase[]> cases = new(() => [.. Tried().OrderBy(op => op.Name, StringComparer.Ordinal).SelectMany(Drawn)]);
    static readonly Lazy<OpRun[]> runs = new(() => [.. cases.Value.Select(Try).OfType<OpRun>()]);
    static readonly ConcurrentBag<string> unsupported = [], broken = [];

    static IEnumerable<Op> Tried() => Registry.All.Values.Concat(Registry.Composites.Values).Where(op => (!op.Stateful || FlowOps.IsFlow(op)) && Regex.IsMatch(op.Name, $"^({only})"));

    static IEnumerable<OpCase> Drawn(Op op) => Drawn([.. OpCase.All(op)], op);

    static IEnumerable<OpCase> Drawn(OpCase[] all, Op op)
    {
        if (full || op.Body is not null) return all;
        var random = new Random(op.Name.Length * 7919 + op.Name[0]);
        random.Shuffle(all);
        return all.OrderBy(c => c.DType is DType.Float64 or DType.Float32 or DType.Invalid ? 0 : 1).Take(2).Concat(all.Take(1)).Distinct();
    }

    /// <summary>A forward run and its gradients; null where the embedded engine does not take that dtype.</summary>
    static OpRun? Try(OpCase it)
    {
        try
        {
            var run = OpRun.Forward(it);
            if (it.Op.HasGradient && it.DType is DType.Float32 or DType.Float64 or DType.Complex64 or DType.Complex128) run.Differentiate([.. run.Outputs.Select(o => o.Shape)]);
            return run;
        }
        catch (Exception e) when (e is GraphException or ArgumentException && e.Message.Contains("no kernel for", StringComparison.Ordinal) || e.Message.Contains("no element-wise loop", StringComparison.Ordinal))
        {
            unsupported.Add($"{it.Op.Name} {it.DType.Name()}");
        }
        catch (Exception e)
        {
            broken.Add($"{it}: {e.GetType().Name} {e.Message}");
            Count(it, false);
        }
        return null;
    }

    static void Check(IEnumerable<string?> found) => Assert.That(string.Join("\n", found.Where(f => f is not null)), Is.Empty);

    /// <summary>Counts a case, and gives its name with what was found where it failed.</summary>
    static string? Note(OpCase it, Func<string?> check)
    {
        string? found;
        try
        {
            found = check();
        }
        catch (Exception e)
        {
            found = $"{e.GetType().Name} {e.Message}";
        }
        Count(it, found is null);
        return found is null ? null : $"{it}: {found}";
    }

    static void Count(OpCase it, bool passed) => counts.AddOrUpdate(it.Op.Name, (passed ? 1 : 0, 1), (_, old) => (old.Passed + (passed ? 1 : 0), old.Total + 1));

    [Test, Order(1)]
    public void EveryCaseRunsOrSaysWhatItDoesNotTake()
    {
        TestContext.Out.WriteLine($"{cases.Value.Length} cases, {runs.Value.Length} run; the embedded engine does not take: {string.Join(", ", unsupported.Distinct().Order())}");
        Check(broken);
        Assert.That(Tried().Except(runs.Value.Select(r => r.Case.Op)).Select(op => op.Name), Is.Empty, "ops that ran in no dtype");
    }

    [Test]
    public void InferredShapesAreTheActualOnes() => Check(runs.Value.Select(r => Note(r.Case, () =>
    {
        var declared = r.Case.Public(r.Node);
        for (var i = 0; i < declared.Length; i++)
            if (r.Case.Op.DataDependent ? !declared[i].Shape.Accepts(r.Outputs[i].Shape) : declared[i].Shape != r.Outputs[i].Shape) return $"inferred {declared[i].Shape}, got {r.Outputs[i].Shape}";
        foreach (var unknown in new Func<Shape, Shape>[] { s => s.Rank > 0 ? s.With(0, Dim.Any) : s, s => Shape.Create([.. s.Select(_ => Dim.Any)]) })
        {
            var batch = OpRun.Forward(r.Case, unknown);
            var outputs = r.Case.Public(batch.Node);
            for (var i = 0; i < outputs.Length; i++)
                if (!outputs[i].Shape.Accepts(r.Outputs[i].Shape)) return $"with {string.Join(", ", batch.Feeds.Select(f => f.Shape))} inferred {outputs[i].Shape}, got {r.Outputs[i].Shape}";
                else if (OpRun.Differ(batch.Outputs[i], r.Outputs[i], 0) is { } other) return $"another result with unknown sizes: {other}";
        }
        var (node, _) = r.Case.Build(_ => Shape.Unknown);
        return r.Case.Public(node).Zip(r.Outputs).All(p => p.First.Shape.Accepts(p.Second.Shape)) ? null : "wrong shape from inputs of unknown rank";
    })));

    [Test]
    public void GradientsAreCentralDifferences() => Check(runs.Value.Where(r => r.Loss is not null && r.Case.Variant.Smooth && IsExact(r.Case)).Select(r => Note(r.Case, () =>
        r.Compare(r.Loss!, r.Gradients, r.GradientValues, Step(r.Case), Within(r.Case)))));

    [Test]
    public void GradientsWithAnUnknownBatchAreTheSame() => Check(runs.Value.Where(r => r.Loss is not null && IsExact(r.Case) && !r.Case.Variant.OnlyKnown).Select(r => Note(r.Case, () =>
    {
        var batch = OpRun.Forward(r.Case, s => s.Rank > 0 ? s.With(0, Dim.Any) : s);
        batch.Differentiate([.. r.Outputs.Select(o => o.Shape)]);
        for (var i = 0; i < r.Gradients.Length; i++)
        {
            if (r.GradientValues[i] is null != batch.GradientValues[i] is null) return $"input {i} has a gradient only one way";
            if (batch.Gradients[i] is { } g && !g.Shape.Accepts(Input(r, i).Shape)) return $"the gradient of input {i} has shape {g.Shape}";
            if (r.GradientValues[i] is { } known && OpRun.Differ(known, batch.GradientValues[i]!, 1e-12) is { } other) return $"input {i}: {other}";
        }
        return null;
    })));

    [Test]
    public void GradientsOfGradientsAreCentralDifferences() => Check(runs.Value.Where(r => r.Loss is not null && r.Case.Variant.Smooth && IsExact(r.Case)).Select(r =>
    {
        var at = Enumerable.Range(0, r.Gradients.Length).Where(i => r.Gradients[i] is not null).ToArray();
        if (at.Length == 0) return null;
        var sum = r.Case.Weighted([.. at.Select(i => r.Gradients[i]!)], [.. at.Select(i => r.GradientValues[i]!.Shape)], 2)!;
        Variable?[] second;
        try
        {
            second = Gradients.Of([sum], r.Case.Smooth(r.Feeds));
        }
        catch (GraphException e) when (e.Message.Contains("has no gradient", StringComparison.Ordinal))
        {
            return null;
        }
        return Note(r.Case, () =>
        {
            var values = OpRun.Run(r.Feeds, [.. second.OfType<Variable>()], r.Case.Feeds);
            var next = 0;
            return r.Compare(sum, second, [.. second.Select(g => g is null ? null : values[next++])], Step(r.Case), Within(r.Case));
        });
    }));

    /// <summary>A composite's kernel against its body, and its gradient against that of its body, on the embedded engine; the comparison with TensorFlow runs the bodies there.</summary>
    [Test]
    public void CompositesAreTheirBodies() => Check(runs.Value.Where(r => r.Case.Op.Body is not null).Select(r => Note(r.Case, () =>
    {
        var body = r.Node.Op.Body!(r.Node, r.Node.Inputs);
        if (OpRun.Differ(OpRun.Run(r.Feeds, body, r.Case.Feeds), r.Outputs) is { } other) return other;
        if (r.Loss is null) return null;
        var (lowering, xs) = (new Lowering(), r.Case.Smooth(r.Feeds));
        for (var i = 0; i < body.Length; i++) lowering.Bind(r.Node.Outputs[i], body[i]);
        Variable?[] back;
        try
        {
            back = Gradients.Of([lowering.Lower(r.Loss)], xs);
        }
        catch (GraphException e) when (e.Message.Contains("has no gradient", StringComparison.Ordinal))
        {
            return null;   // its body is a loop
        }
        if (back.Zip(r.Gradients).Any(p => p.First is null != p.Second is null)) return "an input has a gradient only one way";
        return OpRun.Differ(OpRun.Run(r.Feeds, [.. back.OfType<Variable>()], r.Case.Feeds), [.. r.GradientValues.OfType<NDArray>()]) is { } gradient ? $"gradient: {gradient}" : null;
    })));

    [Test]
    public void WrongShapesNameOpAndShapes() => Check(cases.Value.Where(c => c.DType is DType.Float32 or DType.Bool or DType.Invalid && c.Values.Length > 0).Select(c => Note(c, () => WrongShapes.Try(c))));

    static readonly HashSet<string> extremes = ["Sum", "Mean", "Max", "Min", "Prod", "All", "Any", "ArgMax", "ArgMin", "Cumsum", "Cumprod", "TopKV2", "LogSoftmax", "Softmax", "Select", "MatMul", "Where", "Unique", "UniqueV2", "UniqueWithCounts", "UniqueWithCountsV2", "ListDiff", "OneHot", "Pad", "Transpose", "ConcatV2"];

    /// <summary>Element-wise ops, and those that choose, add up or move. What is no number, infinite, largest, smallest: both engines make the same of it, or both refuse it.</summary>
    [Test]
    public void ExtremeNumbersAreTensorFlows()
    {
        Engine.TensorFlow.TensorFlowLibrary.Require();
        var drawn = Tried().Where(op => op.Pointwise is not null || extremes.Contains(op.Name) || only.Length > 0).OrderBy(op => op.Name, StringComparer.Ordinal).SelectMany(op => Drawn([.. OpCase.All(op, extreme: true)], op)).Where(c => !OpTable.IsOpen(c.Op, c.DType)).ToArray();
        var (tried, refused) = (new List<OpRun>(), new List<(OpCase Case, bool Clear, string Why)>());
        foreach (var it in drawn)
            try
            {
                tried.Add(OpRun.Forward(it));
            }
            catch (Exception e)
            {
                refused.Add((it, e is GraphException or EngineException && e.Message.Contains("Expected", StringComparison.Ordinal), $"{e.GetType().Name} {e.Message}"));
            }
        var peers = new TensorFlowPeers(tried);
        TestContext.Out.WriteLine(string.Join("\n", refused.Select(r => $"refused {r.Case}: {r.Why.Split('\n')[0]}")));
        Check(peers.Compare().Select(p => Note(p.Case, () => p.Found)));
        TestContext.Out.WriteLine($"{peers.Compared} cases of {tried.Select(t => t.Case.Op).Distinct().Count()} ops compared with TensorFlow; {refused.Count} refused");
        Assert.That(string.Join("\n", refused.Where(r => !r.Clear && !r.Why.Contains("no element-wise loop", StringComparison.Ordinal) && !r.Why.Contains("no kernel for", StringComparison.Ordinal)).Select(r => $"{r.Case}: {r.Why}")), Is.Empty, "refused without a clear message");
    }

    [Test]
    public void TensorFlowGivesTheSame()
    {
        Engine.TensorFlow.TensorFlowLibrary.Require();
        var peers = new TensorFlowPeers(runs.Value);
        Check(peers.Compare().Select(p => Note(p.Case, () => p.Found)));
        TestContext.Out.WriteLine($"{peers.Compared} cases compared with TensorFlow; it has no kernel for: {string.Join(", ", peers.Absent.Distinct().Order())}; other results only in a graph with others: {string.Join(", ", peers.OnlyInCompany)}");
        Assert.That(peers.OnlyInCompany, Has.Count.LessThan(5));
    }

    /// <summary>TensorFlow's C library has gradients of its own (Python's are others, written apart), of the ops that C++ programs train with.</summary>
    [Test]
    public void GradientsAreThoseThatTensorFlowBuilds()
    {
        Engine.TensorFlow.TensorFlowLibrary.Require();
        var peers = new TensorFlowGradients(runs.Value);
        var found = peers.Compare();
        TestContext.Out.WriteLine($"gradients of {peers.Compared.Count} cases of {peers.Compared.Select(c => c.Op).Distinct().Count()} ops compared with TF_AddGradients; built but not run there: {string.Join("; ", peers.Refused)}; not built: {string.Join(", ", peers.Absent)}");
        Check(found.Select(p => Note(p.Case, () => p.Found)));
    }

    static NDArray Input(OpRun r, int smooth) => r.Case.Feeds[Array.IndexOf(r.Feeds, r.Case.Smooth(r.Feeds)[smooth])];

    /// <summary>Differences need double precision; float32 does only for ops that have nothing else.</summary>
    static bool IsExact(OpCase c) => c.DType is DType.Float64 or DType.Complex128 || IsSingle(c);

    static bool IsSingle(OpCase c) => c.Op.Signature.Attrs.Any(a => a.Name == "T" && a.Allowed is { } list && !list.Contains(DType.Float64)) || c.Op.Signature.Inputs.Concat(c.Op.Signature.Outputs).Any(o => o is { TypeAttr: null, Fixed: DType.Float32 });

    static double Step(OpCase c) => IsSingle(c) ? 1e-2 : 1e-5;

    static double Within(OpCase c) => IsSingle(c) ? 1e-2 : 1e-5;

    [OneTimeTearDown]
    public void Totals()
    {
        foreach (var (op, (passed, total)) in counts.OrderBy(c => c.Key, StringComparer.Ordinal)) Report.Add("engines", op, passed, total);
        TestContext.Progress.WriteLine($"engines: {counts.Values.Sum(c => c.Passed)} of {counts.Values.Sum(c => c.Total)} checks of {counts.Count} ops");
    }
}
