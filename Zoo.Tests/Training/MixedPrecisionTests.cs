using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Training;

/// <summary>Training in half precision over float32 weights.</summary>
public class MixedPrecisionTests
{
    static (NDArray X, NDArray Y) Stripes(int n)
    {
        var random = new Random(4);
        var (x, y) = (new float[n * 64], new long[n]);
        for (var i = 0; i < n; i++)
        {
            y[i] = i % 2;
            for (var p = 0; p < 64; p++) x[i * 64 + p] = (float)(random.NextDouble() * .5 + ((y[i] == 0 ? p % 8 : p / 8) % 2 == 0 ? .5 : 0));
        }
        return (NDArray.From(x, [n, 8, 8, 1]), NDArray.From(y, [n]));
    }

    static Sequential Net(string policy) =>
    [
        new Conv2D(6, 3, "relu") { InputShape = [8, 8, 1], DTypePolicy = policy }, new BatchNormalization(momentum: 0.8) { DTypePolicy = policy }, new MaxPooling2D(2) { DTypePolicy = policy },
        new Flatten { DTypePolicy = policy }, new LayerNormalization { DTypePolicy = policy }, new Dropout(.1) { DTypePolicy = policy }, new Dense(2, "softmax") { DTypePolicy = policy },
    ];

    [Test]
    public void ASmallNetLearns([Values("mixed_float16", "mixed_bfloat16", "bfloat16")] string policy, [Values("embedded", "tensorflow")] string engine)
    {
        TestEngines.Get(engine);
        var model = Net(policy);
        var scaled = new LossScaleOptimizer(new Adam(0.01), initialScale: 1024, dynamicGrowthSteps: 5);
        // (in bfloat16 throughout Adam's 0.999 is 1, in Keras too: no step is made)
        model.Compile(policy switch { "mixed_float16" => scaled, "bfloat16" => new SGD(0.1), _ => new Adam(0.01) }, "sparse_categorical_crossentropy", ["accuracy"], engine: engine);
        var (x, y) = Stripes(128);
        var history = model.Fit(x, y, batchSize: 32, epochs: 8, verbose: 0);
        Assert.That(history["loss"][^1], Is.LessThan(history["loss"][0] / 2));
        Assert.That(model.Evaluate(x, y)["accuracy"], Is.GreaterThan(0.9));
        Assert.That(model.Weights.Select(w => w.DType), Has.All.EqualTo(policy == "bfloat16" ? DType.BFloat16 : DType.Float32));
        Assert.That(model.Predict(x).DType, Is.EqualTo(DTypes.Parse(policy.Replace("mixed_", "", StringComparison.Ordinal))));
        if (policy == "mixed_float16") Assert.That(scaled.DynamicScale, Is.GreaterThan(1024), "32 steps with finite gradients");
    }

    /// <summary>A scale that makes float16 overflow: the step is left out and the scale halved, until it fits.</summary>
    [Test]
    public void AStepThatOverflowsIsLeftOut()
    {
        var model = Net("mixed_float16");
        var scaled = new LossScaleOptimizer(new SGD(0.1), initialScale: Math.Pow(2, 40));
        model.Compile(scaled, "sparse_categorical_crossentropy");
        var (x, y) = Stripes(32);
        var before = model.TrainableWeights.Select(w => w.Value.ToArray<float>()).ToArray();
        model.TrainOnBatch(x, y);
        Assert.That(scaled.DynamicScale, Is.EqualTo(Math.Pow(2, 39)));
        Assert.That(model.TrainableWeights.Select(w => w.Value.ToArray<float>()), Is.EqualTo(before));
        for (var i = 0; i < 40; i++) model.TrainOnBatch(x, y);
        Assert.That(model.TrainableWeights[0].Value.ToArray<float>(), Is.Not.EqualTo(before[0]).And.All.Matches<float>(float.IsFinite));
    }

    [Test, NonParallelizable]
    public void TheGlobalPolicyIsThatOfNewLayersAndScalesTheLoss()
    {
        DTypePolicy.Global = "mixed_float16";
        try
        {
            Sequential model = [new Dense(3, "relu") { InputShape = [4] }, new Dense(1) { DTypePolicy = "float32" }];
            model.Compile(new SGD(0.1), "mse");
            Assert.That(model.Optimizer, Is.InstanceOf<LossScaleOptimizer>());
            Assert.That(model.Predict(NDArray.Zeros([2, 4])).DType, Is.EqualTo(DType.Float32));
            model.Compile(new SGD(0.1), "mse", autoScaleLoss: false);
            Assert.That(model.Optimizer, Is.InstanceOf<SGD>());
        }
        finally
        {
            DTypePolicy.Global = DTypePolicy.Float32;
        }
    }
}
