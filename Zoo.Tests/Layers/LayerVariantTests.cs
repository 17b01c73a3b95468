using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;
using LoweredProgram = Zoo.Autograd.Graph.Program;

namespace Zoo.Tests.Layers;

/// <summary>Legal and seldom arguments of layers, of which there is no golden: both engines compute the same values and gradients, shapes hold, also for no sample at all, files keep them, half precision comes near.</summary>
[Category("Engines")]
public class LayerVariantTests
{
    const int Samples = 3;

    static IEnumerable<TestCaseData> Cases() => LayerVariant.All().Select(v => new TestCaseData(v).SetName($"{{m}}({v})"));

    static Model Net(LayerVariant v, DTypePolicy policy)
    {
        var inputs = v.Inputs.Select((s, i) => Input(s, $"x{i}", batchSize: v.Batch)).ToArray();
        Model model = new(inputs, v.Apply(policy, inputs)) { Seed = 7 };
        model.InitializeWeights();
        foreach (var (weight, i) in model.Weights.Select((w, i) => (w, i)))
            if (weight.DType.IsFloat() && weight.Name is not ("moving_variance" or "variance" or "mean" or "count")) weight.Value = Numbers(weight.Shape, 40 + i).Cast(weight.DType);
        return model;
    }

    /// <summary>Numbers around 0; of whole steps some are zeros, so that masks hide them.</summary>
    static NDArray Numbers(Shape shape, int seed, bool whole = false)
    {
        var random = new Random(seed);
        var x = NDArray.Zeros(shape, DType.Float32);
        for (var i = 0; i < x.Count; i++) x.SetNumber(i, whole ? random.Next(5) : random.NextDouble() * 1.6 - 0.8);
        if (shape.Rank == 3 && !whole)
            for (var b = 0; b < shape[0]; b++)
                for (var f = 0; f < shape[2]; f++) x.SetNumber((int)((b * shape[1] + (b + 1) % shape[1]) * shape[2] + f), 0);
        return x;
    }

    static NDArray[] Data(LayerVariant v, int samples = Samples) => [.. v.Inputs.Select((s, i) => Numbers(Shape.Create([samples, .. s]), i, v.Whole))];

    /// <summary>Outputs, masks, and the gradients of the outputs' weighted sum.</summary>
    static NDArray[] Run(Model model, string engine, NDArray[] data, bool gradients, bool training = false)
    {
        var lowered = model.Lower(training);
        List<Variable> wanted = [.. lowered.Outputs, .. lowered.Masks.OfType<Variable>()];
        if (gradients && lowered.Outputs.All(o => o.DType.IsFloat()))
        {
            var objective = lowered.Outputs.Select((o, i) => A.Sum(o * A.Cast(A.Constant(Numbers(Shape.Create([Samples, .. o.Shape[1..].Select(d => d < 0 ? 1 : d)]), 70 + i)), o.DType))).Aggregate((a, b) => a + b);
            wanted.AddRange(A.Gradients(objective, [.. model.Inputs, .. model.TrainableWeights.Select(w => w.Variable)]));
        }
        using var session = TestEngines.Get(engine).Compile(new LoweredProgram { Name = "variant", Feeds = [.. model.Inputs, .. lowered.Step is { } step ? [step] : Array.Empty<Variable>()], Fetches = [.. wanted], Updates = training ? lowered.Updates : [] });
        var results = new NDArray?[wanted.Count];
        session.Run([.. data.Zip(model.Inputs.Values, (d, x) => d.Cast(x.DType)), .. lowered.Step is null ? Array.Empty<NDArray>() : [NDArray.Zeros([], DType.Int64)]], results);
        for (var i = 0; i < lowered.Outputs.Length; i++)
            Assert.That(lowered.Outputs[i].Shape.Accepts(results[i]!.Shape) && model.Outputs.Values[i].Shape.Accepts(results[i]!.Shape), Is.True, $"output {i} is {results[i]!.Shape}, said {model.Outputs.Values[i].Shape}");
        return [.. results.OfType<NDArray>()];
    }

    static void AreClose(NDArray[] ours, NDArray[] others, double within, string what)
    {
        for (var i = 0; i < others.Length; i++)
        {
            Assert.That(ours[i].Shape, Is.EqualTo(others[i].Shape), $"{what}: value {i}");
            var size = Math.Max(1, Enumerable.Range(0, others[i].Count).Select(k => Math.Abs(others[i].Number(k))).DefaultIfEmpty().Max());
            Assert.That(ours[i].Cast(DType.Float64).ToArray<double>(), Is.EqualTo(others[i].Cast(DType.Float64).ToArray<double>()).Within(within * size), $"{what}: value {i} of {others.Length}");
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void EnginesAgree(LayerVariant v)
    {
        var (one, other) = (Net(v, "float32"), Net(v, "float32"));   // training moves statistics on, a run states
        foreach (var training in (bool[])[false, true])
            AreClose(Run(one, "embedded", Data(v), gradients: true, training), Run(other, "tensorflow", Data(v), gradients: true, training), 2e-5, training ? "training" : "inference");
    }

    [TestCaseSource(nameof(Cases))]
    public void FilesKeepIt(LayerVariant v)
    {
        var model = Net(v, "mixed_bfloat16");
        var read = Model.FromJson(model.ToJson());
        Assert.That(read.ToJson(), Is.EqualTo(model.ToJson()));
        Assert.That(read.Parts.OfType<Layer>().Select(l => l.DTypePolicy.Name), Is.EqualTo(model.Parts.OfType<Layer>().Select(l => l.DTypePolicy.Name)));
        model = Net(v, "float32");
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.keras");
        try
        {
            model.Save(path);
            var again = Model.Load(path);
            Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()));
            Assert.That(again.Weights.Select(w => w.Path), Is.EqualTo(model.Weights.Select(w => w.Path)));
            AreClose(Run(again, "embedded", Data(v), gradients: false), Run(model, "embedded", Data(v), gradients: false), 0, "loaded");
        }
        finally { File.Delete(path); }
    }

    [TestCaseSource(nameof(Cases))]
    public void NoSampleIsFine(LayerVariant v)
    {
        var model = Net(v, "float32");
        if (v.Batch is null && !v.NeedsSamples) Assert.That(Run(model, "embedded", Data(v, 0), gradients: false)[..model.Outputs.Values.Length].Select(r => r.Shape[0]), Is.All.Zero);
    }

    [TestCaseSource(nameof(Cases))]
    public void HalfPrecisionComesNear(LayerVariant v)
    {
        var full = Run(Net(v, "float32"), "embedded", Data(v), gradients: false);
        foreach (var policy in (string[])["mixed_bfloat16", "mixed_float16", "bfloat16"])
        {
            // (gradients go elsewhere where rounding makes two numbers one, as for the largest of a window)
            var all = Run(Net(v, policy), "embedded", Data(v), gradients: true);
            AreClose(all[..full.Length], full, policy == "mixed_float16" ? 0.02 : 0.15, policy);
            Assert.That(all[full.Length..].All(g => Enumerable.Range(0, g.Count).All(i => double.IsFinite(g.Number(i)))), Is.True, $"{policy}: gradients");
        }
    }
}
