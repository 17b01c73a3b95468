using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Tests.EngineCases;
using Zoo.Transfer;
using Zoo.Transfer.Onnx;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Transfer.Onnx;

/// <summary>Each op that SaveOnnx writes, in the variants of the table of ops, against ONNX Runtime.</summary>
[Category("Engines")]
internal sealed class OnnxFormTests
{
    static readonly string[] names = [.. OnnxGraph.Ops];

    /// <summary>What ONNX means otherwise, or not at all: variants that are refused.</summary>
    static readonly Dictionary<string, string> refused = new()
    {
        ["MirrorPad"] = "mirrors without the border alone",
        ["OneHot"] = "its index is a number",
        ["Einsum"] = "an ellipsis",
        ["GatherV2"] = "has batch axes",
        ["FusedBatchNormV3"] = "normalizes by its batch",
        ["ResizeNearestNeighbor"] = "aligned corners",
    };

    [Test]
    public void OnnxRuntimeComputesTheOp([ValueSource(nameof(names))] string name, [Values] bool anyBatch)
    {
        var compared = 0;
        foreach (var it in OpCase.All(Registry.Get(name)).Where(c => c.DType is DType.Float32 or DType.Bool or DType.Invalid || c.Wide))
        {
            if (it.Feeds.Length == 0 || it.Feeds.Any(f => f.Count == 0 || anyBatch && f.Shape.Rank == 0 || f.DType == DType.String)) continue;
            if (it.DType == DType.Bool && it.Op.Signature.Attrs.Any(a => a.Allowed?.Contains(DType.Float32) != false && a.Kind == "type")) continue;   // runtimes have moves of floats, not of all types
            var (node, feeds) = it.Build(s => anyBatch ? s.With(0, Dim.Any) : s);
            Variable[] fetches = name == "FusedBatchNormV3" ? [node.Out] : it.Public(node);
            NDArray[] theirs;
            try
            {
                theirs = OnnxRuntime.Run(OnnxWriter.Write(OnnxGraph.Of(new() { Feeds = feeds, Fetches = fetches }, [.. feeds.Select(f => f.Shape)]), "case", [.. fetches.Select((_, i) => $"y{i}")]).ToByteArray(), it.Feeds);
            }
            catch (GraphException e) when (e.Message.StartsWith("SaveOnnx:", StringComparison.Ordinal))
            {
                if (!anyBatch) Assert.That(e.Message, Does.Contain(refused.GetValueOrDefault(name, "nothing")), it.Name);
                else TestContext.Out.WriteLine($"{it.Name}: {e.Message.Split(". Expected")[0]}");
                continue;
            }
            catch (OnnxRuntimeException e)
            {
                throw new InvalidOperationException($"{it.Name}: {e.Message}");
            }
            var ours = OpRun.Run(feeds, fetches, it.Feeds);
            for (var i = 0; i < ours.Length; i++) Assert.That(OpRun.Differ(ours[i], theirs[i], ours[i].DType.IsFloat() ? 5e-5 : 0), Is.Null, $"{it.Name}, output {i}");
            compared++;
        }
        TestContext.Out.WriteLine($"{compared} cases");
        if (!anyBatch) Assert.That(compared, Is.Positive, "no case was compared");
    }

    [Test]
    public void WhatHasNoFormIsListedAtOnce()
    {
        var x = K.Input([4], "x");
        var model = new Model(x, A.Cumprod(A.Sort(x), 1) + A.Lgamma(x));
        var error = Assert.Throws<GraphException>(() => model.SaveOnnx("never.onnx"))!;
        Assert.That(error.Message, Does.Contain("Cumprod: it has no form there").And.Contain("Lgamma: it has no form there").And.Contain("Expected ops of"));
        Assert.That(File.Exists("never.onnx"), Is.False);
    }

    [Test]
    public void WhatKeepsStatesIsRefused()
    {
        var x = K.Input([3, 4], "x", batchSize: 2);
        var model = new Model(x, x >> new LSTM(2) { Stateful = true });
        Assert.That(() => model.SaveOnnx("never.onnx"), Throws.TypeOf<GraphException>().With.Message.Contains("keeps nothing from run to run"));
        Assert.That(() => new Sequential { new Dense(2) }.SaveOnnx("never.onnx"), Throws.InstanceOf<GraphException>().With.Message.Contains("InputShape"));
        Assert.That(() => model.SaveOnnx("never.onnx", batchSize: 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void AFileThatCannotBeWrittenSaysSo()
    {
        var x = K.Input([4], "x");
        Assert.That(() => new Model(x, x >> new Dense(2)).SaveOnnx(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "net.onnx")), Throws.TypeOf<ModelFileException>());
    }

    [Test]
    public void InputsThatAreOutputsAndConstantsTooHaveNames()
    {
        var x = K.Input([4], "x");
        var twice = x * 2f;
        var results = OnnxRuntime.Run(new Model(x, new[] { x, twice, twice }), [NDArray.From([1f, 2, 3, 4], [1, 4])]);
        Assert.That(results.Select(r => r.ToArray<float>()), Is.EqualTo(new[] { new[] { 1f, 2, 3, 4 }, [2f, 4, 6, 8], [2f, 4, 6, 8] }));
    }
}
