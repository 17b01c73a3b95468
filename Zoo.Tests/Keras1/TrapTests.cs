using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Layers;
using static Zoo.Tests.Layers.FormulaCase;
using A = Zoo.Autograd.AutoGrad;
using Z = Zoo.Keras.Keras1;

namespace Zoo.Tests.Keras1Names;

/// <summary>Where Keras 1, Analytics Zoo and Keras 3 mean different things by one name: each has a test that tells them apart.</summary>
public class TrapTests
{
    static double[] Run(Layer layer, params NDArray[] x)
    {
        Variable[] inputs = [.. x.Select(v => K.Input(v.Shape[1..], dtype: v.DType))];
        return Numbers(new Model(inputs, layer.Apply(inputs)).Predict(x));
    }

    [Test]
    public void HardSigmoidIsTwoFunctions()
    {
        NDArray x = new float[,] { { -2.8f, -2, 0, 1, 2.8f } };
        Assert.That(Run(Z.Activation("hard_sigmoid"), x), Is.EqualTo(new[] { 0, 0.1, 0.5, 0.7, 1 }).Within(1e-6));
        Assert.That(Run(new Activation("hard_sigmoid"), x), Is.EqualTo(new[] { 0.2 / 6, 1.0 / 6, 0.5, 4.0 / 6, 5.8 / 6 }).Within(1e-6));
        Assert.That((Z.LSTM(2).RecurrentActivation.Name, Z.GRU(2).RecurrentActivation.Name, Z.ConvLSTM2D(1, 2, 2).RecurrentActivation.Name, Z.ConvLSTM3D(1, 2).RecurrentActivation.Name, new LSTM(2).RecurrentActivation.Name),
            Is.EqualTo(("hard_sigmoid_keras1", "hard_sigmoid_keras1", "hard_sigmoid_keras1", "hard_sigmoid_keras1", "sigmoid")));
    }

    [Test]
    public void TheGateOfAZooLstmIsTheSteeperOne()
    {
        var layer = Z.LSTM(1);
        var x = K.Input([1, 1]);
        Model model = new(x, layer.Apply(x));
        model.Weights[0].Value = new float[,] { { 1, 2, 3, 4 } };
        model.Weights[1].Value = NDArray.Zeros([1, 4]);
        model.Weights[2].Value = new float[] { 0.1f, 0.2f, 0.3f, 0.4f };
        static double Gate(double v) => Math.Clamp(0.2 * v + 0.5, 0, 1);
        // input, forget, candidate, output, of the input 0.5 and no state
        var memory = Gate(0.6) * Math.Tanh(1.8);
        Assert.That(model.Predict(new float[,,] { { { 0.5f } } })[0, 0], Is.EqualTo(Gate(2.4) * Math.Tanh(memory)).Within(1e-6));
    }

    [Test]
    public void AZooGruResetsBeforeTheProduct()
    {
        var before = Z.GRU(1, innerActivation: "sigmoid");
        Assert.That((before.ResetAfter, new GRU(1).ResetAfter), Is.EqualTo((false, true)));
        var x = K.Input([2, 1]);
        Model model = new(x, before.Apply(x));
        model.Weights[0].Value = new float[,] { { 0.5f, -1, 2 } };
        model.Weights[1].Value = new float[,] { { 0.7f, 1.5f, -2 } };
        model.Weights[2].Value = NDArray.Zeros([3]);
        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
        var state = 0.0;
        foreach (var v in (double[])[0.8, -0.6])
        {
            var (update, reset) = (Sigmoid(0.5 * v + 0.7 * state), Sigmoid(-v + 1.5 * state));
            state = update * state + (1 - update) * Math.Tanh(2 * v - 2 * (reset * state));
        }
        Assert.That(model.Predict(new float[,,] { { { 0.8f }, { -0.6f } } })[0, 0], Is.EqualTo(state).Within(1e-6));
    }

    [Test]
    public void MovingStatisticsFollowKerasRule()
    {
        var layer = Z.BatchNormalization(momentum: 0.9);
        var x = K.Input([1]);
        Model model = new(x, layer.Apply(x));
        model.Compile(new SGD(0.0), "mse");
        model.TrainOnBatch(new float[,] { { 1 }, { 2 }, { 6 } }, new float[3, 1]);
        double Moving(string name) => model.Weights.First(w => w.Name == name).Value.Number(0);
        // momentum is what stays, and the variance is divided by n: mean 3, variance 14 / 3
        Assert.That(Moving("moving_mean"), Is.EqualTo(0.9 * 0 + 0.1 * 3).Within(1e-6));
        Assert.That(Moving("moving_variance"), Is.EqualTo(0.9 * 1 + 0.1 * 14 / 3).Within(1e-5));
    }

    [Test]
    public void AxesCountTheBatchAsZeroEverywhereButInPermute()
    {
        var x = K.Input([2, 3, 4]);
        Assert.That(A.Sum(x, 1).Shape, Is.EqualTo(Shape.Create([Dim.Any, 3, 4])));
        Assert.That(A.Mean(x, -1).Shape, Is.EqualTo(Shape.Create([Dim.Any, 2, 3])));
        Assert.That(A.Sum(x).Shape, Is.EqualTo(Shape.Scalar), "all axes by default");
        Assert.That(Z.Sum(x).Shape, Is.EqualTo(Shape.Create([2, 3, 4])), "Zoo's default is the batch");
        Assert.That(Z.Mean(x, 2, keepDims: true).Shape, Is.EqualTo(Shape.Create([Dim.Any, 2, 1, 4])));
        Assert.That(x.IndexSelect(-1, -1).Shape, Is.EqualTo(Shape.Create([Dim.Any, 2, 3])));
        Assert.That((x >> Z.Select(1, 0)).Shape, Is.EqualTo(Shape.Create([Dim.Any, 3, 4])));
        Assert.That((x >> Z.Permute([3, 1, 2])).Shape, Is.EqualTo(Shape.Create([Dim.Any, 4, 2, 3])), "1 is the first axis of a sample");
        Assert.That(Z.Merge([x, x], "concat", concatAxis: 1).Shape, Is.EqualTo(Shape.Create([Dim.Any, 4, 3, 4])));
        Assert.That(Z.Stack([x, x]).Shape, Is.EqualTo(Shape.Create([Dim.Any, 2, 2, 3, 4])));
        Assert.That((x >> Z.Reshape([4, -1])).Shape, Is.EqualTo(Shape.Create([Dim.Any, 4, 6])), "shapes are those of samples");
    }

    [Test]
    public void LabelsCountFromZeroUnlessTold()
    {
        NDArray probabilities = new float[,] { { 0.7f, 0.2f, 0.1f }, { 0.1f, 0.3f, 0.6f } };
        double Of(Loss loss, NDArray labels) => ModelRuns.Run([], [A.Identity(loss.Of(A.Constant(labels), A.Constant(probabilities)))])[0].ToNumber();
        var wanted = -(Math.Log(0.7) + Math.Log(0.6)) / 2;
        Assert.That(Of(new SparseCategoricalCrossentropy(), new[] { 0, 2 }), Is.EqualTo(wanted).Within(1e-6));
        Assert.That(Of(Z.SparseCategoricalCrossEntropy(), new[] { 0, 2 }), Is.EqualTo(wanted).Within(1e-6));
        Assert.That(Of(Z.SparseCategoricalCrossEntropy(zeroBasedLabel: false), new[] { 1, 3 }), Is.EqualTo(wanted).Within(1e-6));
        // a class' weight counts in numerator and denominator; padding does not count at all
        Assert.That(Of(Z.SparseCategoricalCrossEntropy(weights: [1, 1, 3]), new[] { 0, 2 }), Is.EqualTo(-(Math.Log(0.7) + 3 * Math.Log(0.6)) / 4).Within(1e-6));
        Assert.That(Of(Z.SparseCategoricalCrossEntropy(zeroBasedLabel: false, paddingValue: 0), new[] { 0, 3 }), Is.EqualTo(-Math.Log(0.6)).Within(1e-6));
    }

    [Test]
    public void EpsilonIsZoos() => Assert.That((A.Epsilon, Z.Epsilon()), Is.EqualTo((1e-7, 10e-8)));

    [Test]
    public void LrnDividesAlphaByTheWindowAsCaffe()
    {
        NDArray x = new float[,,,] { { { { 3 } }, { { 1 } }, { { 2 } } } };   // three channels, channels first
        Assert.That(Run(Z.LRN2D(alpha: 0.5, k: 2, beta: 1, n: 3), x), Is.EqualTo(new[] { 3 / (2 + 0.5 / 3 * 10), 1 / (2 + 0.5 / 3 * 14), 2 / (2 + 0.5 / 3 * 5) }).Within(1e-6));
    }

    [Test]
    public void LeakySlopesDiffer()
    {
        NDArray x = new float[,] { { -1 } };
        Assert.That((Run(Z.LeakyReLU(), x)[0], Run(new LeakyReLU(), x)[0]), Is.EqualTo((-0.01, -0.3)).Using<double>((a, b) => Math.Abs(a - b) < 1e-7));
    }

    [Test]
    public void ChannelsComeFirstInZooAndLastInKeras()
    {
        Assert.That((K.Input([3, 8, 9]) >> Z.Convolution2D(5, 2, 2)).Shape, Is.EqualTo(Shape.Create([Dim.Any, 5, 7, 8])));
        Assert.That((K.Input([8, 9, 3]) >> Z.Convolution2D(5, 2, 2, dimOrdering: "tf")).Shape, Is.EqualTo(Shape.Create([Dim.Any, 7, 8, 5])));
        Assert.That((K.Input([8, 9, 3]) >> new Conv2D(5, 2)).Shape, Is.EqualTo(Shape.Create([Dim.Any, 7, 8, 5])));
        Assert.That((K.Input([3, 8, 9]) >> Z.MaxPooling2D()).Shape, Is.EqualTo(Shape.Create([Dim.Any, 3, 4, 4])));
        Assert.That(Z.BatchNormalization().Axis, Is.EqualTo(1));
        Assert.That(Z.BatchNormalization(dimOrdering: "tf").Axis, Is.EqualTo(-1));
    }

    [Test]
    public void ACustomLossIsTheMeanOverTheBatch()
    {
        static Variable Worst(Variable yTrue, Variable yPred) => A.Max(A.Abs(yTrue - yPred), 1);
        var loss = new CustomLoss(Worst, yPredShape: [2]);
        NDArray y = new float[,] { { 0, 0 }, { 1, 1 } }, p = new float[,] { { 0.5f, -2 }, { 1, 2 } };
        Assert.That(loss.Forward(y, p), Is.EqualTo((2.0 + 1) / 2).Within(1e-6));
        Assert.That(loss.Backward(y, p).ToArray<float>(), Is.EqualTo(new float[] { 0, -0.5f, 0, 0.5f }));
        Assert.That(() => new CustomLoss((a, b) => a - b, yPredShape: [2], yTrueShape: [3]), Throws.TypeOf<ShapeException>(), "shapes are those of samples, tried at once");
        var x = K.Input([2]);
        Model model = new(x, x >> new Dense(2));
        model.Compile(new SGD(0.0), Worst);
        var predicted = model.Predict(p);
        Assert.That(model.Evaluate(p, y, verbose: 0)["loss"], Is.EqualTo(loss.Forward(y, predicted)).Within(1e-6));
        model.Compile(new SGD(0.0), loss);
        Assert.That(model.Evaluate(p, y, verbose: 0)["loss"], Is.EqualTo(loss.Forward(y, predicted)).Within(1e-6));
    }

    [Test]
    public void PaddingDoesNotCountInMeans()
    {
        NDArray x = new float[,,,] { { { { 2, 4, 6 }, { 8, 10, 12 }, { 14, 16, 18 } } } };
        Assert.That(Run(Z.AveragePooling2D(borderMode: "same"), x), Is.EqualTo(new[] { 6.0, 9, 15, 18 }));
        Assert.That(Run(Z.AveragePooling2D(pads: (1, 1)), x), Is.EqualTo(new[] { 2.0, 5, 11, 14 }));
        Assert.That(Run(Z.AveragePooling2D(pads: (1, 1), countIncludePad: true), x), Is.EqualTo(new[] { 0.5, 2.5, 5.5, 14 }));
    }

    [Test]
    public void LossesHaveZoosMarginsAndSums()
    {
        NDArray y = new float[,] { { 1, -1 }, { 1, 1 } }, p = new float[,] { { 0.5f, 0.5f }, { 2, -1 } };
        double Of(Loss loss, NDArray labels, NDArray predictions) => new CustomLoss((a, b) => loss.Of(a, b)).Forward(labels, predictions);
        Assert.That(Of(Z.Hinge(), y, p), Is.EqualTo((0.5 + 1.5 + 0 + 2) / 4).Within(1e-6));
        Assert.That(Of(Z.Hinge(2, sizeAverage: false), y, p), Is.EqualTo(1.5 + 2.5 + 0 + 3).Within(1e-6));
        Assert.That(Of(Z.SquaredHinge(), y, p), Is.EqualTo(0.25 + 2.25 + 0 + 4).Within(1e-6), "the sum by default, as Zoo");
        Assert.That(Of(Z.MeanSquaredError(sizeAverage: false), y, p), Is.EqualTo(0.25 + 2.25 + 1 + 4).Within(1e-6));
        Assert.That(Of(Z.MeanAbsoluteError(), y, p), Is.EqualTo((0.5 + 1.5 + 1 + 2) / 4).Within(1e-6));
        Assert.That(Of(Z.BinaryCrossEntropy(weights: [1, 3]), new float[,] { { 1, 0 } }, new float[,] { { 0.8f, 0.4f } }), Is.EqualTo(-(Math.Log(0.8) + 3 * Math.Log(0.6)) / 2).Within(1e-6));
        Assert.That(Of(Z.RankHinge(), new float[2, 2, 1], new float[,,] { { { 3 }, { 1 } }, { { 0.5f }, { 1 } } }), Is.EqualTo((0 + 1.5) / 2).Within(1e-6));
        Assert.That(() => Z.RankHinge().Of(A.Constant(y), K.Input([3])), Throws.TypeOf<ShapeException>().With.Message.Contains("pairs"));
    }

    [Test]
    public void ZoosParameterTrainsInExpressions()
    {
        var weight = Z.Parameter([2], name: "scale");
        Assert.That(weight.Value.ToArray<float>(), Has.All.InRange(-0.05, 0.05));
        Assert.That(Z.Parameter([2], initWeight: new float[] { 1, 2 }, trainable: false).Trainable, Is.False);
        var x = K.Input([2]);
        Model model = new(x, A.Sum(x * weight + A.Constant(new float[] { 1, 1 }), 1, keepDims: true));
        model.Compile(new SGD(0.1), "mse");
        var losses = model.Fit(Random(1, 16, 2), NDArray.Full([16, 1], 2), epochs: 4, verbose: 0)["loss"];
        Assert.That(model.TrainableWeights, Is.EqualTo(new[] { weight }));
        Assert.That(losses[^1], Is.LessThan(losses[0]));
        Assert.That(new Lambda(LambdaFunction.Of(v => v[0] + v[1] * v[2])).Apply(x, x, x).Shape, Is.EqualTo(x.Shape), "Lambda with many inputs");
    }
}
