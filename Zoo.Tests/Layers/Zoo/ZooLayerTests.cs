using System.Reflection;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Torch;
using Zoo.Tests.Saving;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Analytics Zoo's layers: values and gradients by formulas that stand here, files, and what they say about input that does not fit.</summary>
[Category("Engines")]
public class ZooLayerTests : InFolder
{
    static IEnumerable<FormulaCase> Cases() => TorchLayerCases.All().Concat(ZooLayerCases.All());

    static IEnumerable<Type> Classes() => typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && t.GetCustomAttribute<KerasObjectAttribute>(inherit: false) is { Package: "zoo" });

    [Test]
    public void ValuesAndGradientsAreTheFormulas([ValueSource(nameof(Cases))] object given, [Values("embedded", "tensorflow")] string engine) => ((FormulaCase)given).CheckValuesAndGradients(engine);

    [Test]
    public void AWrongFormulaAndAWrongGradientAreSeen()
    {
        var x = FormulaCase.Random(1, 2, 3);
        Assert.That(() => new FormulaCase("wrong", () => new Square(), [x], (v, _) => [.. FormulaCase.Numbers(v[0]).Select(e => e * e + 1e-4)]).CheckValuesAndGradients(), Throws.TypeOf<AssertionException>());
        Assert.That(() => new FormulaCase("stopped", () => new Keras.Lambda(v => A.Square(A.StopGradient(v)) + v * 0), [x], (v, _) => [.. FormulaCase.Numbers(v[0]).Select(e => e * e)]).CheckValuesAndGradients(), Throws.TypeOf<AssertionException>());
    }

    [Test]
    public void FilesGiveEachLayerBack([ValueSource(nameof(Cases))] object given)
    {
        var c = (FormulaCase)given;
        var model = c.Model();
        model.Save(At("m.keras"));
        var again = Model.Load(At("m.keras"));
        Assert.That(again.ToJson(), Is.EqualTo(model.ToJson()).And.Contains($"\"registered_name\": \"zoo>{c.Make().GetType().Name}\""));
        Assert.That(again.Weights.Select(w => w.Path), Is.EqualTo(model.Weights.Select(w => w.Path)));
        static byte[] Bytes(Arrays results) => [.. results.SelectMany(r => r.Bytes.ToArray())];
        if (c.Name != "GetShape") Assert.That(Bytes(again.PredictMany(c.Inputs)), Is.EqualTo(Bytes(model.PredictMany(c.Inputs))));
    }

    [Test]
    public void EveryClassHasACase() => Assert.That(Classes().Except(Cases().Select(c => c.Make().GetType())),
        Is.EquivalentTo(new[] { typeof(GaussianSampler), typeof(WordEmbedding), typeof(KerasLayerWrapper) }), "these have tests of their own");

    [Test]
    public void SparseDenseGivesGradientsInItsWindowOnly()
    {
        var x = Input([4]);
        Model model = new(x, x >> new SparseDense(2) { BackwardStart = 1, BackwardLength = 2, UseBias = false });
        var lowered = model.Lower(training: false);
        var found = ModelRuns.Run([x], A.Gradients(A.Sum(lowered.Outputs[0]), x), FormulaCase.Random(1, 1, 4))[0];
        var kernel = model.Weights[0].Value;
        Assert.That(FormulaCase.Numbers(found), Is.EqualTo(new[] { 0, kernel[1, 0] + kernel[1, 1], kernel[2, 0] + kernel[2, 1], 0 }).Within(1e-6));
    }

    [Test]
    public void RReLUDrawsASlopeForEachElementInTraining()
    {
        var x = Input([1000]);
        var minus = NDArray.Full([2, 1000], -1);
        var y = FormulaCase.Numbers(new Model(x, new RReLU(0.1, 0.5).Apply(x, training: true)).Predict(minus));
        Assert.That(y, Has.All.InRange(-0.5, -0.1));
        Assert.That(y.Average(), Is.EqualTo(-0.3).Within(0.01));
        Assert.That(y.Distinct().Count(), Is.GreaterThan(1900));
        Assert.That(new Model(x, new RReLU(0.1, 0.5).Apply(x, training: true)).Predict(NDArray.Full([1, 1000], 2)).ToArray<float>(), Has.All.EqualTo(2));
    }

    [Test]
    public void GaussianSamplerHasMeanVarianceAndGradients()
    {
        var (mean, log) = (Input([5000], "mean"), Input([5000], "log"));
        Model model = new([mean, log], new GaussianSampler { Seed = 5 }.Apply(mean, log));
        NDArray[] given = [NDArray.Full([2, 5000], 2), NDArray.Full([2, 5000], Math.Log(0.25))];
        var y = FormulaCase.Numbers(model.Predict(given));
        Assert.That(y.Average(), Is.EqualTo(2).Within(0.02));
        Assert.That(Math.Sqrt(y.Average(v => (v - 2) * (v - 2))), Is.EqualTo(0.5).Within(0.02));
        var lowered = model.Lower(training: true);
        var step = lowered.Step!;
        var found = ModelRuns.Run([mean, log, step], [lowered.Outputs[0], .. A.Gradients(A.Sum(lowered.Outputs[0]), mean, log)], [.. given, NDArray.Scalar(0, DType.Int64)]);
        Assert.That(FormulaCase.Numbers(found[1]), Has.All.EqualTo(1));
        // d(mean + e^(log / 2) ε) / d log is half of what was added to the mean
        Assert.That(FormulaCase.Numbers(found[2]), Is.EqualTo(FormulaCase.Numbers(found[0]).Select(v => (v - 2) / 2)).Within(1e-6));
        model.Save(At("m.keras"));
        Assert.That(FormulaCase.Numbers(Model.Load(At("m.keras")).Predict(given)), Is.EqualTo(y), "the first batch draws the same");
    }

    [Test]
    public void AWrapperHasTheParametersOfItsExpressionAsWeights()
    {
        var scale = new Parameter(new float[] { 1, 2 }, "scale");
        var function = LambdaFunction.Register("tests_scaled", v => A.Tanh(v) * scale);
        var x = Input([2]);
        Model model = new(x, x >> new KerasLayerWrapper(function) >> new Dense(1));
        Assert.That(model.Weights.Select(w => w.Path), Is.EqualTo(new[] { "keras_layer_wrapper/scale", "dense/kernel", "dense/bias" }));
        model.Compile(new SGD(0.1), "mse");
        model.Fit(FormulaCase.Random(1, 8, 2), NDArray.Full([8, 1], 3), epochs: 3, verbose: 0);
        var (trained, data) = (scale.Value.ToArray<float>(), FormulaCase.Random(2, 3, 2));
        Assert.That(trained, Is.Not.EqualTo(new float[] { 1, 2 }));
        model.Save(At("m.keras"));
        var before = model.Predict(data).ToArray<float>();
        scale.Value = new float[] { 7, 7 };
        Assert.That(Model.Load(At("m.keras")).Predict(data).ToArray<float>(), Is.EqualTo(before), "the file's values are set");
        Assert.That(scale.Value.ToArray<float>(), Is.EqualTo(trained), "of the Parameter that the registered expression reads");
    }

    [TestCase("zoo"), TestCase("keras"), Explicit("a matter of seconds and half a gigabyte")]
    public void ABertOfTwelveBlocksBuildsAndInitialisesSoon(string kind)
    {
        var process = System.Diagnostics.Process.GetCurrentProcess();
        var (clock, used) = (System.Diagnostics.Stopwatch.StartNew(), process.TotalProcessorTime);
        Variable ids = Input([128], dtype: DType.Int32), types = Input([128], dtype: DType.Int32), places = Input([128], dtype: DType.Int32), mask = Input([128]);
        Model model = kind == "zoo" ? new([ids, types, places, mask], BERT.Init(vocab: 30522, inputSeqLen: 128).ApplyMany(ids, types, places, mask)[^1])
            : new([ids, types, places, mask], KerasBert(ids, types, places, mask, 12, 768, 12, 30522));
        var built = clock.Elapsed;
        model.InitializeWeights();
        process.Refresh();
        TestContext.Out.WriteLine($"BERT-base ({kind}): built in {built.TotalSeconds:F2} s, with all first values {clock.Elapsed.TotalSeconds:F2} s, processor {(process.TotalProcessorTime - used).TotalSeconds:F2} s");
        Assert.That(model.Weights.Sum(w => w.Shape.Elements), Is.EqualTo(109_482_240));
        Assert.That(model.Weights, Has.All.Matches<Parameter>(w => w.IsInitialized));
    }

    /// <summary>BERT of Keras' layers.</summary>
    static Variable KerasBert(Variable ids, Variable types, Variable places, Variable mask, int layers, int width, int heads, int vocabulary)
    {
        var x = new Add().Apply(ids >> new Embedding(vocabulary, width), places >> new Embedding(512, width), types >> new Embedding(2, width)) >> new LayerNormalization(epsilon: 1e-12) >> new Dropout(0.1);
        var seen = A.ExpandDims(mask, 1);
        for (var i = 0; i < layers; i++)
        {
            var attended = new MultiHeadAttention(heads, width / heads) { Dropout = 0.1 }.Apply([x, x], ("attention_mask", seen)) >> new Dropout(0.1);
            x = new Add().Apply(x, attended) >> new LayerNormalization(epsilon: 1e-12);
            x = new Add().Apply(x, x >> new Dense(4 * width, "gelu") >> new Dense(width) >> new Dropout(0.1)) >> new LayerNormalization(epsilon: 1e-12);
        }
        return x[.., 0] >> new Dense(width, "tanh");
    }

    [Test]
    public void WhatDoesNotFitNamesLayerAndShapes()
    {
        void Refused(Func<object> make, params string[] parts)
        {
            var message = Assert.Catch<ArgumentException>(() => make())!.Message;
            foreach (var part in parts.Append("Expected")) Assert.That(message, Does.Contain(part));
        }
        var (x, picture) = (Input([4], "rows"), Input([4, 4, 2], "picture"));
        Refused(() => x >> new Select(0, 1), "select", "batch", "rows");
        Refused(() => x >> new Select(1, 4), "select", "4", "[?, 4]");
        Refused(() => x >> new Narrow(1, 3, 2), "narrow", "[?, 4]");
        Refused(() => x >> new Narrow(0, 0, 1), "narrow", "batch");
        Refused(() => x >> new Squeeze(1), "squeeze", "[?, 4]");
        Refused(() => x >> new Expand(3), "expand", "one for each axis");
        Refused(() => x >> new CMul(3), "c_mul", "[?, 4]");
        Refused(() => x >> new CAdd(2, 1, 4), "c_add", "[2, 1, 4]");
        Refused(() => x >> new SplitTensor(1, 3), "split_tensor", "4");
        Refused(() => new SelectTable(2).Apply(x, x), "select_table", "-2 to 1");
        Refused(() => new MM().Apply(x), "mm", "1 inputs");
        Refused(() => picture >> new Highway(), "highway", "[?, 4, 4, 2]");
        Refused(() => x >> new LRN2D(), "lrn2d", "[?, 4]", "height");
        Refused(() => Input([Dim.Any, 3]) >> new LocallyConnected1D(2, 2), "locally_connected1d", "known sizes");
        Refused(() => new LRN2D(n: 4), "odd");
        Refused(() => new HardTanh(1, 1), "range");
        Refused(() => new SparseEmbedding(3, 2, "max"), "sum, mean or sqrtn");
        Refused(() => new SparseDense(2).Apply(x, x), "sparse_dense", "InputDim");
        Refused(() => BERT.Init(5, 6, 1, 4, 4, 6).Apply(x, x, x, x), "heads", "6");
    }
}
