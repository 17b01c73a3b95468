using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Keras' rules at the edges of what a layer takes: other types, sizes that only data know, masks that let nothing count.</summary>
public class KerasEdgeTests
{
    [TestCase(DType.Int32)]
    [TestCase(DType.UInt8)]
    public void EvenHistogramsOfWholeNumbersAreCutOff(DType dtype)
    {
        int[] picture = [10, 10, 20, 30, 200, 200, 200, 255];
        var x = Input([2, 4, 1], "x", dtype);
        Model model = new(x, x >> new ContrastLimitedAdaptiveHistogramEqualization { ClipLimit = 0, TileGridSize = (1, 1) });
        var y = model.Predict(NDArray.From(picture, [1, 2, 4, 1]).Cast(dtype));
        Assert.That(y.DType, Is.EqualTo(dtype));
        // one tile: how many are no larger, of all, as a byte; nothing is 0, so nothing is taken off
        Assert.That(y.Cast(DType.Int32).ToArray<int>(), Is.EqualTo(picture.Select(p => picture.Count(q => q <= p) * 255 / picture.Length)));
    }

    [Test]
    public void APictureOfAnyHeightIsFittedWhereItsWidthIsTooSmall()
    {
        var x = new InputLayer(Zoo.Autograd.Shape.Create([Dim.Any, 2, 1])).Variable;   // no batch: its first axis is the height
        Model model = new(x, x >> new CenterCrop(2, 4));
        Assert.That(model.Outputs.Values[0].Shape, Is.EqualTo(Zoo.Autograd.Shape.Create([2, 4, 1])));
        // cut to the ratio 1 : 2 around the middle (one row of three), then made twice as large, half pixels between their neighbours
        float[] row = [3, 7];
        float[] wide = [row[0], row[0] * 0.75f + row[1] * 0.25f, row[0] * 0.25f + row[1] * 0.75f, row[1]];
        Assert.That(model.PredictOnBatch(new float[,,] { { { 0 }, { 1 } }, { { row[0] }, { row[1] } }, { { 8 }, { 9 } } }).ToArray<float>(), Is.EqualTo(new[] { wide, wide }.SelectMany(r => r)).Within(1e-6));
    }

    [Test]
    public void WhatIsCountedGivesItsWeightAGradient()
    {
        Variable numbers = Input([3], "n", DType.Int32), weights = Input([3], "w");
        var counts = new CategoryEncoding(3, "count").Apply([numbers], ("count_weights", weights));
        Variable slope = A.Constant(NDArray.From(new[] { 2f, 3, 5 }));
        Model model = new([numbers, weights], A.Gradients(A.Sum(counts * slope), weights));
        Assert.That(model.PredictMany((NDArray[])[new[,] { { 2, 0, 2 } }, new[,] { { 1f, 1, 1 } }])[0].ToArray<float>(), Is.EqualTo(new[] { 5f, 2, 5 }));
    }

    [Test]
    public void AQueryThatSeesNothingSeesEverythingAlike()
    {
        NDArray query = new float[,,] { { { 1, -2 }, { 3, 1 } } }, value = new float[,,] { { { 1, 2 }, { 3, -4 }, { 5, 9 } } };
        foreach (var layer in new HeadedAttention[] { new MultiHeadAttention(2, 3), new GroupQueryAttention(3, 2, 1) })
        {
            Variable q = Input([2, 2], "q"), v = Input([3, 2], "v"), mask = Input([2, 3], "m", DType.Bool);
            Model masked = new([q, v, mask], layer.Apply([q, v], ("attention_mask", mask))), free = new([q, v], layer.Apply(q, v));
            var y = masked.Predict((NDArray[])[query, value, NDArray.From(new[] { false, false, false, true, true, true }, [1, 2, 3])]).ToArray<float>();
            // a query of zeros has the same score everywhere
            var alike = free.Predict((NDArray[])[NDArray.Zeros([1, 2, 2]), value]).ToArray<float>();
            var all = free.Predict((NDArray[])[query, value]).ToArray<float>();
            Assert.That(y, Is.EqualTo(alike[..2].Concat(all[2..])).Within(1e-5));
        }
    }

    [Test]
    public void NarrowTrianglesOnTheMelScaleAreRoundedAsKerasRoundsThem()
    {
        const int bins = 60, length = 512, rate = 32000;
        var x = Input([length], "x");
        Model model = new(x, x >> new MelSpectrogram { FftLength = length, SequenceStride = length, SamplingRate = rate, NumMelBins = bins, Window = null, MagExp = 1, PowerToDb = false });
        // an impulse has every frequency with strength 1: what comes out is the sum of each triangle
        var impulse = new float[1, length];
        impulse[0, 0] = 1;   // the mirror does not repeat it
        var y = model.Predict(impulse);
        static float Mel(float hertz) => 1127f * MathF.Log(1 + hertz / 700f);
        float low = Mel(20), high = Mel(rate / 2), step = (high - low) / (bins + 1);
        for (var m = 0; m < bins; m++)
        {
            float left = low + step * m, middle = low + step * (m + 1), right = m == bins - 1 ? high : low + step * (m + 2), sum = 0;
            for (var f = 1; f <= length / 2; f++)
            {
                var at = Mel(rate / 2f / (length / 2) * f);
                sum += Math.Max(0, Math.Min((at - left) / (middle - left), (right - at) / (right - middle)));
            }
            Assert.That(y.Number(2 * m), Is.EqualTo(sum).Within(2e-6), $"triangle {m}");   // the first of two frames has the impulse
        }
    }

    static IEnumerable<TestCaseData> Resting()
    {
        foreach (var (layer, leaves) in new (ImageLayer, bool)[] { (new RandomContrast(0.5), true), (new RandomBrightness(0.5), true), (new MixUp(), true), (new Equalization(), true), (new RandomCrop(2, 2), true),
            (new RandomFlip(), false), (new RandomRotation(0.5), false), (new CutMix(), false), (new RandAugment(), false), (new RandomErasing(), false) })
            yield return new TestCaseData(layer, leaves).SetName($"{{m}}({layer.GetType().Name})");
    }

    [TestCaseSource(nameof(Resting))]
    public void PicturesThatNothingHappensToKeepTheirTypeWhereKerasCastsLater(ImageLayer layer, bool leaves)
    {
        var x = Input([4, 5, 3], "x", DType.UInt8);
        Assert.That((x >> layer).DType, Is.EqualTo(leaves ? DType.UInt8 : DType.Float32));
    }

    [Test]
    public void OnePictureIsStretchedByChannels()
    {
        float[] picture = [0, 10, 50, 20, 100, 40];   // [1, 3, 2]: the channels 0, 50, 100 and 10, 20, 40
        var x = Input([3, 2], "x");
        Model model = new(x, x >> new AutoContrast());
        Assert.That(model.Predict(NDArray.From(picture, [1, 3, 2])).ToArray<float>(), Is.EqualTo(new[] { 0, 0, 127.5f, 85, 255, 255 }).Within(1e-4));
    }

    [Test]
    public void AStepOfSequencesIsNotPenalizedForWhatItGivesAndSharedHeadsAreTwice()
    {
        double Penalty(Variable input, Variable y, NDArray x)
        {
            Model model = new(input, y);
            foreach (var weight in model.Weights) weight.Value = NDArray.Full(weight.Shape, 0.5).Cast(weight.DType);
            model.Compile(new SGD(0), (_, p) => A.Sum(p * 0), []);
            return model.TrainOnBatch(x, model.Predict(x))["loss"];
        }
        var steps = Input([2, 2], "s");
        var dense = new Dense(1) { UseBias = false, KernelRegularizer = new L2(0.1), ActivityRegularizer = new L2(10) };
        Assert.That(Penalty(steps, steps >> new TimeDistributed(dense), new float[,,] { { { 1, 2 }, { 3, 4 } } }), Is.EqualTo(0.1 * 2 * 0.25).Within(1e-6), "the kernel alone");
        var x = Input([1, 1], "x");
        var attention = new GroupQueryAttention(1, 1, 1) { UseBias = false, ActivityRegularizer = new L1(1) };
        // one step sees itself: 2, halved by the value's and again by the last product; query, key, value 1, 1, 1, result 1/2 — which counts as a projection and as the layer's
        Assert.That(Penalty(x, attention.Apply(x, x), new float[,,] { { { 2 } } }), Is.EqualTo(1 + 1 + 1 + 0.5 + 0.5).Within(1e-5));
    }

    [Test]
    public void ShortVectorsHaveADirection()
    {
        var x = Input([2], "x");
        // Keras divides by the length down to 1e-7
        Assert.That(new Model(x, new Dot(1, normalize: true).Apply(x, x)).Predict(new[,] { { 3e-7f, 4e-7f }, { 3e-8f, 4e-8f } }).ToArray<float>(), Is.EqualTo(new[] { 1, 0.25f }).Within(1e-4));
    }

    [Test]
    public void AnEvenHistogramIsThatOfTheWholeBatch()
    {
        var x = Input([1, 2, 1], "x");
        Model model = new(x, new Equalization().Apply(x, training: true));
        // of 4 numbers 0, 50, 50, 200 the first is 0, the rest stands for 1, 2 of 3 and all
        Assert.That(model.Predict(NDArray.From(new float[] { 0, 50, 50, 200 }, [2, 1, 2, 1])).ToArray<float>(), Is.EqualTo(new float[] { 0, 170, 170, 255 }));
    }

    [Test]
    public void StretchedPicturesOfHalfPrecisionAreRoundedAtEachStep([Values("embedded", "tensorflow")] string engine)
    {
        var x = Input([1, 3, 1], "x");
        Model model = new(x, x >> new AutoContrast { DTypePolicy = "bfloat16" });
        model.Compile(new SGD(0), "mse", engine: TestEngines.Get(engine).Name);
        static float Half(float v) => (float)NDArray.From([v], [1]).Cast(DType.BFloat16).Number(0);
        float scale = Half(255 / Half(110 - 100)), offset = Half(-100 * scale);
        var stretched = new float[] { 100, 103, 110 }.Select(v => Math.Clamp(Half(Half(v * scale) + offset), 0, 255));
        Assert.That(model.Predict(NDArray.From(new float[] { 100, 103, 110 }, [1, 1, 3, 1])).Cast(DType.Float32).ToArray<float>(), Is.EqualTo(stretched));
    }

    [Test]
    public void NormalizedWholeNumbersAreCutOff()
    {
        var x = Input([4], "x", DType.Int32);
        int[] numbers = [0, 2, 4, 10];
        double mean = numbers.Average(), deviation = Math.Sqrt(numbers.Average(n => (n - mean) * (n - mean)) + 1e-3), root = Math.Sqrt(numbers.Average(n => (double)n * n) + 1e-6);
        foreach (var (layer, exact, dtype) in new (Layer, IEnumerable<double>, DType)[] { (new LayerNormalization(), numbers.Select(n => (n - mean) / deviation), DType.Float32), (new RMSNormalization(), numbers.Select(n => n / root), DType.Int32) })
        {
            Model model = new(x, x >> layer);
            Assert.That(model.Outputs.Values[0].DType, Is.EqualTo(dtype));
            Assert.That(model.Predict(NDArray.From(numbers, [1, 4])).Cast(DType.Float64).ToArray<double>(), Is.EqualTo(exact.Select(Math.Truncate)));
        }
    }

    [Test]
    public void PicturesOfAnySizeAreCutOrFitted()
    {
        var x = Input([Dim.Any, Dim.Any, 1], "x");
        Model model = new(x, x >> new CenterCrop(2, 2));
        var large = NDArray.From(Enumerable.Range(0, 20).Select(i => (float)i).ToArray(), [1, 4, 5, 1]);
        Assert.That(model.Predict(large).ToArray<float>(), Is.EqualTo(new float[] { 6, 7, 11, 12 }));
        Assert.That(model.Predict(NDArray.From([1f, 2, 3], [1, 1, 3, 1])).ToArray<float>(), Is.EqualTo(new float[] { 2, 2, 2, 2 }), "the middle, one by one, made larger");
    }

    [Test]
    public void WholeNumbersBecomeRealWhereTheFormulaIs()
    {
        Variable x = Input([2], "x", DType.Int32), steps = Input([2, 1], "s", DType.Int32), picture = Input([1, 2, 1], "p", DType.Int32), small = Input([2], "b", DType.UInt8);
        NDArray Of(Variable input, Variable y, NDArray value)
        {
            var result = new Model(input, y).Predict(value);
            Assert.That(result.DType, Is.EqualTo(DType.Float32));
            return result;
        }
        NDArray pair = new[,] { { 3, -4 } };
        Assert.That(Of(x, x >> new UnitNormalization(), pair).ToArray<float>(), Is.EqualTo(new[] { 0.6f, -0.8f }).Within(1e-6));
        Assert.That(Of(x, x >> new PReLU { AlphaInitializer = new Constant(0.5) }, pair).ToArray<float>(), Is.EqualTo(new[] { 3f, -2 }));
        Assert.That(Of(x, new Dot(1, normalize: true).Apply(x, x), pair).ToNumber(), Is.EqualTo(1).Within(1e-6));
        Assert.That(Of(picture, picture >> new GlobalAveragePooling2D(), NDArray.From(new[] { 1, 2 }, [1, 1, 2, 1])).ToNumber(), Is.EqualTo(1.5));
        var weight = 1 / (1 + Math.Exp(-2));   // the scores of query 1 are 1 and 3
        Assert.That(Of(steps, new Attention().Apply(steps, steps), NDArray.From(new[] { 1, 3 }, [1, 2, 1])).Number(0), Is.EqualTo(3 * weight + (1 - weight)).Within(1e-6));
        Assert.That(new Model(small, small >> new Discretization([10, 200])).Predict(NDArray.From(new byte[] { 10, 255 }, [1, 2])).Cast(DType.Int32).ToArray<int>(), Is.EqualTo(new[] { 1, 2 }));
    }
}
