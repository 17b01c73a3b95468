using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Layers;
using static Zoo.Tests.Layers.FormulaCase;
using Z = Zoo.Keras.Keras1;

namespace Zoo.Tests.Keras1Names;

/// <summary>What the factories make, beside formulas: channels first, explicit pads, modes of Merge, first values.</summary>
public class FactoryTests
{
    static readonly NDArray pictures = Random(1, 2, 3, 4, 5), left = Random(2, 3, 4), right = Random(3, 3, 4), divisors = Shifted(Random(4, 3, 4));

    static NDArray Shifted(NDArray of)
    {
        for (var i = 0; i < of.Count; i++) of.SetNumber(i, of.Number(i) + 2);
        return of;
    }

    static FormulaCase Merged(string mode, Func<double, double, double> formula) => new($"Merge {mode}", () => Z.Merge(mode), [left, mode == "div" ? divisors : right], (x, _) => Each([3, 4], i => formula(x[0][i], x[1][i])));

    static double Dot(NDArray a, NDArray b, int row) => Sum(4, k => a[row, k] * b[row, k]);

    static IEnumerable<FormulaCase> Cases() =>
    [
        new("Convolution2D", () => Z.Convolution2D(2, 2, 3, activation: "hard_sigmoid"), [pictures], (x, w) => Each([2, 2, 3, 3], i =>
            Math.Clamp(0.5 + 0.2 * (w[1][i[1]] + Sum(2, r => Sum(3, s => Sum(3, c => x[0][i[0], c, i[2] + r, i[3] + s] * w[0][r, s, c, i[1]])))), 0, 1))),
        new("Convolution2D with pads", () => Z.Convolution2D(1, 3, 3, borderMode: "same", subsample: (2, 2), pads: (1, 0)), [pictures], (x, w) => Each([2, 1, 2, 2], i =>
            w[1][0] + Sum(3, r => Sum(3, s => Sum(3, c => At(x[0], i[0], c, 2 * i[2] + r - 1, 2 * i[3] + s) * w[0][r, s, c, 0]))))),
        new("ShareConvolution2D", () => Z.ShareConvolution2D(1, 2, 2, padH: 1, bias: false), [pictures], (x, w) => Each([2, 1, 5, 4], i =>
            Sum(2, r => Sum(2, s => Sum(3, c => At(x[0], i[0], c, i[2] + r - 1, i[3] + s) * w[0][r, s, c, 0]))))),
        new("AtrousConvolution2D", () => Z.AtrousConvolution2D(1, 2, 2, atrousRate: (2, 3), bias: false), [pictures], (x, w) => Each([2, 1, 2, 2], i =>
            Sum(2, r => Sum(2, s => Sum(3, c => x[0][i[0], c, i[2] + 2 * r, i[3] + 3 * s] * w[0][r, s, c, 0]))))),
        new("Deconvolution2D", () => Z.Deconvolution2D(2, 3, 3, outputShape: [-1, 2, 10, 11], subsample: (2, 2), bias: false), [pictures], (x, w) => Each([2, 2, 10, 11], i =>
            Sum(4, r => Sum(5, s => Sum(3, c => x[0][i[0], c, r, s] * At(w[0], i[2] - 2 * r, i[3] - 2 * s, i[1], c)))))),
        new("MaxPooling2D with pads", () => Z.MaxPooling2D((3, 3), (2, 2), pads: (1, 1)), [pictures], (x, _) => Each([2, 3, 2, 3], i => Window(x[0], i).Max())),
        new("AveragePooling2D with pads", () => Z.AveragePooling2D((3, 3), (2, 2), pads: (1, 1)), [pictures], (x, _) => Each([2, 3, 2, 3], i => Window(x[0], i).Average())),
        new("AveragePooling2D counting pads", () => Z.AveragePooling2D((3, 3), (2, 2), pads: (1, 1), countIncludePad: true), [pictures], (x, _) => Each([2, 3, 2, 3], i => Window(x[0], i).Sum() / 9)),
        new("MaxPooling1D with a pad", () => Z.MaxPooling1D(2, pad: 1), [Random(4, 2, 4, 3)], (x, _) => Each([2, 3, 3], i => i[1] == 0 ? x[0][i[0], 0, i[2]] : i[1] == 2 ? x[0][i[0], 3, i[2]] : Math.Max(x[0][i[0], 1, i[2]], x[0][i[0], 2, i[2]]))),
        new("GlobalAveragePooling2D", () => Z.GlobalAveragePooling2D(), [pictures], (x, _) => Each([2, 3], i => Sum(4, r => Sum(5, s => x[0][i[0], i[1], r, s])) / 20)),
        new("ZeroPadding2D", () => Z.ZeroPadding2D((1, 2)), [pictures], (x, _) => Each([2, 3, 6, 9], i => At(x[0], i[0], i[1], i[2] - 1, i[3] - 2))),
        new("PReLU of one slope", () => Z.PReLU(), [pictures], (x, w) => Each([2, 3, 4, 5], i => Math.Max(x[0][i], 0) + w[0][0] * Math.Min(x[0][i], 0))),
        new("PReLU of channels", () => Z.PReLU(3), [pictures], (x, w) => Each([2, 3, 4, 5], i => Math.Max(x[0][i], 0) + w[0][i[1], 0, 0] * Math.Min(x[0][i], 0))),
        new("BatchNormalization of channels first", () => Z.BatchNormalization(), [pictures], (x, w) => Each([2, 3, 4, 5], i => w["gamma"][i[1]] * (x[0][i] - w["moving_mean"][i[1]]) / Math.Sqrt(w["moving_variance"][i[1]] + 0.001) + w["beta"][i[1]])),
        new("LayerNorm", () => Z.LayerNorm(4), [left], (x, w) => Each([3, 4], i =>
        {
            var mean = Sum(4, k => x[0][i[0], k]) / 4;
            return w[0][i[1]] * (x[0][i] - mean) / Math.Sqrt(Sum(4, k => Math.Pow(x[0][i[0], k] - mean, 2)) / 4 + 1e-5) + w[1][i[1]];
        })),
        Merged("sum", (a, b) => a + b), Merged("mul", (a, b) => a * b), Merged("ave", (a, b) => (a + b) / 2), Merged("max", Math.Max), Merged("min", Math.Min), Merged("sub", (a, b) => a - b), Merged("div", (a, b) => a / b),
        new("Merge concat", () => Z.Merge("concat"), [left, right], (x, _) => Each([3, 8], i => i[1] < 4 ? x[0][i] : x[1][i[0], i[1] - 4])),
        new("Merge dot", () => Z.Merge("dot"), [left, right], (x, _) => Each([3, 1], i => Dot(x[0], x[1], i[0]))),
        new("Merge cos", () => Z.Merge("cos"), [left, right], (x, _) => Each([3, 1, 1], i => Dot(x[0], x[1], i[0]) / Math.Sqrt(Dot(x[0], x[0], i[0]) * Dot(x[1], x[1], i[0])))),
        new("CAddTable", () => Z.CAddTable(), [left, right], (x, _) => Each([3, 4], i => x[0][i] + x[1][i])),
        new("CMulTable broadcasting", () => Z.CMulTable(), [left, Random(5, 3, 1)], (x, _) => Each([3, 4], i => x[0][i] * x[1][i[0], 0])),
        new("Embedding from 1", () => Z.Embedding(4, 2, zeroBasedId: false), [NDArray.From(new[,] { { 4, 1 } })], (x, w) => Each([1, 2, 2], i => w[0][(int)x[0][0, i[1]], i[2]])),
    ];

    static IEnumerable<double> Window(NDArray x, int[] i) =>
        from r in Enumerable.Range(2 * i[2] - 1, 3) from s in Enumerable.Range(2 * i[3] - 1, 3) where r is >= 0 and < 4 && s is >= 0 and < 5 select x[i[0], i[1], r, s];

    [Test]
    public void ValuesAndGradientsAreTheFormulas([ValueSource(nameof(Cases))] object given) => ((FormulaCase)given).CheckValuesAndGradients();

    [Test]
    public void PadsSurviveAFile()
    {
        Sequential net = [Z.Convolution2D(2, 3, 3, pads: (1, 1), inputShape: [1, 6, 6]), Z.PReLU(), Z.AveragePooling2D(pads: (1, 0), countIncludePad: true), Z.Reshape([8, -1]), Z.GRU(3)];
        Assert.That(Model.FromJson(net.ToJson()).ToJson(), Is.EqualTo(net.ToJson()).And.Contains("\"pads\": [[1, 1], [0, 0]]").And.Contains("hard_sigmoid_keras1"));
    }

    [Test]
    public void FirstValuesAndOptionsAreThoseOfTheNames()
    {
        var embedding = Z.Embedding(3, 2, weights: NDArray.From(new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]), trainable: false, inputLength: 2, maskZero: true, paddingValue: 2);
        Sequential words = [embedding, Z.LSTM(1)];
        Assert.That(words.Predict(NDArray.From(new[,] { { 0, 1 } })).Shape, Is.EqualTo(Shape.Create([1, 1])));
        Assert.That(embedding.Weights[0].Value.ToArray<float>(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));
        Assert.That(embedding.TrainableWeights, Is.Empty);
        // the number 2 is skipped: the last state is that of what comes before
        Assert.That(words.Predict(NDArray.From(new[,] { { 0, 2 } }))[0, 0], Is.EqualTo(words.Predict(NDArray.From(new[,] { { 2, 0 } }))[0, 0]).Within(1e-7));
        Sequential dense = [Z.Dense(200, init: "uniform", limits: (2, 3), inputDim: 50)];
        Assert.That(dense.Weights[0].Value.ToArray<float>(), Has.All.InRange(2, 3));
        Sequential sparse = [Z.SparseDense(1, initWeight: NDArray.From(new float[] { 5, 7 }, [2, 1]), initBias: NDArray.From(new float[] { 1 }, [1]), backwardStart: 1, backwardLength: 2, inputShape: [2])];
        Assert.That(sparse.Predict(NDArray.From(new float[,] { { 1, 1 } }))[0, 0], Is.EqualTo(13));
        Assert.That(((SparseDense)sparse.Layers[0]).BackwardStart, Is.Zero, "Zoo counts from 1");
        Assert.That(Z.Dense(3, name: "head").Name, Is.EqualTo("head"));
        foreach (var sizes in (Sizes[])[Z.MaxPooling2D().PoolSize, Z.MaxPooling3D().PoolSize, Z.AveragePooling3D().PoolSize, Z.UpSampling2D().Size, Z.UpSampling3D().Size])
            Assert.That(Enumerable.Range(0, sizes.Count).Select(i => sizes[i]), Has.All.EqualTo(2));
        Assert.That(Z.Optimizer("adadelta"), Is.TypeOf<Adadelta>().With.Property(nameof(Adadelta.Rho)).EqualTo(0.95));
        Assert.That(Z.Adam(0.1, decay: 0.5).LearningRate.Schedule, Is.TypeOf<InverseTimeDecay>());
    }

    [Test]
    public void MergedBranchesAreAModelOfTheirInputs()
    {
        Sequential one = [Z.Dense(2, inputDim: 3)], other = [Z.Dense(2, inputDim: 4)];
        var three = Z.Merge((Layer[])[one, other, Z.InputLayer([2])], "concat");
        Assert.That(three.PredictMany(new NDArray[] { Random(1, 2, 3), Random(2, 2, 4), Random(3, 2, 2) })[0].Shape, Is.EqualTo(Shape.Create([2, 6])));
        var (x, y) = (K.Input([3]), K.Input([3]));
        Assert.That(Z.Merge([x, y], "mul", name: "both").Name, Is.EqualTo("both"));
        Assert.That(Z.Maximum(x, y).Shape, Is.EqualTo(Z.Average(x, y).Shape).And.EqualTo(Z.Minimum(x, y).Shape));
    }

    [Test]
    public void WhatIsNotKnownSaysWhatIs()
    {
        void Refused(Action make, params string[] parts)
        {
            var message = Assert.Catch<ArgumentException>(() => make())!.Message;
            foreach (var part in parts.Append("Expected")) Assert.That(message, Does.Contain(part));
        }
        Refused(() => Z.Merge("join"), "'join'", "sum, mul, concat, ave, cos, dot, max, sub, div or min");
        Refused(() => Z.Convolution2D(1, 2, 2, dimOrdering: "nchw"), "'nchw'", "th", "tf");
        Refused(() => Z.Convolution2D(1, 2, 2, borderMode: "full"), "'full'", "valid or same");
        Refused(() => Z.Dense(2, limits: (0, 1)), "GlorotUniform", "uniform or normal");
        Refused(() => Z.BatchNormalization(mode: 1), "mode 1");
        Refused(() => Z.Merge("dot").Apply(K.Input([2, 3]), K.Input([2, 3]), K.Input([2])), "inputs");
        Refused(() => Z.Optimizer("adamw"), "'adamw'", "rmsprop");
        Refused(() => Z.Embedding(3, 2, weights: NDArray.Zeros([2, 2])), "[2, 2]", "[3, 2]");
        Refused(() => Z.Deconvolution2D(1, 2, 2, outputShape: [4, 4]), "four sizes");
        Refused(() => Z.Deconvolution2D(1, 2, 2, outputShape: [-1, 1, 9, 5], inputShape: [2, 4, 4]), "[?, 1, 5, 5]", "9");
        Refused(() => Z.ShareConvolution2D(1, 2, 2, propagateBack: false), "StopGradient");
        Refused(() => Z.Activation("softmux"), "softmux", "softmin");
    }
}
