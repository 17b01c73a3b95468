using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Saving;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>LoRA: a frozen weight and the product of two small ones, in every class that Keras adapts.</summary>
public class LowRankTests : InFolder
{
    static TestCaseData Case(string name, Func<Layer> make, Shape input, DType dtype, params string[] weights) => new TestCaseData(make, input, dtype, weights).SetName($"{{m}}({name})");

    static IEnumerable<TestCaseData> Adapted() =>
    [
        Case("Dense", () => new Dense(3) { LoraRank = 2, LoraAlpha = 6 }, [4], DType.Float32, "kernel", "bias", "lora_kernel_a", "lora_kernel_b"),
        Case("EinsumDense", () => new EinsumDense("abc,cde->abde", [Dim.Any, 3, 2]) { LoraRank = 2, LoraAlpha = 6 }, [5, 4], DType.Float32, "kernel", "lora_kernel_a", "lora_kernel_b"),
        Case("Embedding", () => new Embedding(7, 4) { LoraRank = 2, LoraAlpha = 6 }, [3], DType.Int32, "embeddings", "lora_embeddings_a", "lora_embeddings_b"),
        Case("ReversibleEmbedding", () => new ReversibleEmbedding(7, 4) { TieWeights = false, LoraRank = 2, LoraAlpha = 6 }, [3], DType.Int32, "embeddings", "lora_embeddings_a", "lora_embeddings_b", "reverse_embeddings"),
        Case("Conv1D", () => new Conv1D(4, 3) { LoraRank = 2, LoraAlpha = 6 }, [6, 2], DType.Float32, "kernel", "bias", "lora_kernel_a", "lora_kernel_b"),
        Case("Conv2D", () => new Conv2D(4, 3) { Groups = 2, LoraRank = 2, LoraAlpha = 6 }, [5, 6, 4], DType.Float32, "kernel", "bias", "lora_kernel_a", "lora_kernel_b"),
        Case("Conv3D", () => new Conv3D(2, 2) { LoraRank = 2, LoraAlpha = 6 }, [3, 4, 3, 2], DType.Float32, "kernel", "bias", "lora_kernel_a", "lora_kernel_b"),
    ];

    [TestCaseSource(nameof(Adapted))]
    public void TheWeightStandsForItselfAndTheProduct(Func<Layer> make, Shape shape, DType dtype, string[] weights)
    {
        var (layer, x) = (make(), Input(shape, "x", dtype));
        Model model = new(x, x >> layer) { Seed = 3 };
        Assert.That(layer.Weights.Select(w => w.Name), Is.EqualTo(weights));
        var (frozen, a, b) = (layer.Weights[0], layer.Weights.Single(w => w.Name.EndsWith("_a", StringComparison.Ordinal)), layer.Weights.Single(w => w.Name.EndsWith("_b", StringComparison.Ordinal)));
        Assert.That(layer.TrainableWeights, Does.Not.Contain(frozen).And.Contains(a).And.Contains(b));
        Assert.That(b.Value.ToArray<float>(), Is.All.Zero, "nothing changes at first");
        Assert.That(a.Value.ToArray<float>(), Is.Not.All.Zero);

        b.Value = FormulaCase.Random(1, [.. b.Shape]);
        var (rank, columns) = (2, (int)frozen.Shape[^1]);
        float[] sum = frozen.Value.ToArray<float>(), left = a.Value.ToArray<float>(), right = b.Value.ToArray<float>();
        for (var i = 0; i < sum.Length; i++)
            for (var k = 0; k < rank; k++) sum[i] += 6f / 2 * left[i / columns * rank + k] * right[k * columns + i % columns];
        var data = dtype == DType.Int32 ? NDArray.From(new[] { 0, 6, 2, 5, 1, 3 }, [2, 3]) : FormulaCase.Random(2, [2, .. shape]);
        var given = model.Predict(data).ToArray<float>();

        model.Save(At("m.keras"));
        var loaded = Model.Load(At("m.keras"));
        Assert.That(loaded.Predict(data).ToArray<float>(), Is.EqualTo(given).Within(1e-5), "the file holds the sum");
        Assert.That(loaded.Weights[0].Value.ToArray<float>(), Is.EqualTo(sum).Within(1e-6));
        Assert.That(loaded.Weights.Where(w => w.Name.StartsWith("lora", StringComparison.Ordinal)).SelectMany(w => w.Value.ToArray<float>()), Is.All.Zero, "and what is in it already is not added again");

        frozen.Value = NDArray.From(sum, frozen.Shape);   // the same by hand
        b.Value = NDArray.Zeros(b.Shape);
        Assert.That(model.Predict(data).ToArray<float>(), Is.EqualTo(given).Within(1e-5));
    }

    [Test]
    public void EnabledLaterItTrainsTheAddedWeightsAlone()
    {
        var x = Input([4], "x");
        var dense = new Dense(1) { KernelRegularizer = new L2(0.5) };
        Assert.That(Assert.Throws<InvalidOperationException>(() => dense.EnableLora(2))!.Message, Does.Contain("dense").And.Contain("Expected"));
        Model model = new(x, x >> dense) { Seed = 1 };
        model.Compile(new SGD(0.1), "mse", []);
        var (data, labels) = (FormulaCase.Random(1, 8, 4), FormulaCase.Random(2, 8, 1));
        model.Fit(data, labels, verbose: 0);
        var (kernel, bias) = (dense.Weights[0].Value.ToArray<float>(), dense.Weights[1].Value.ToArray<float>());
        dense.EnableLora(2, loraAlpha: 4);
        Assert.That(dense.LoraRank, Is.EqualTo(2));
        Assert.That(model.Weights, Has.Count.EqualTo(4));
        var a = dense.Weights[2].Value.ToArray<float>();
        model.Compile(new SGD(0.1), "mse", []);
        var loss = model.TrainOnBatch(data, labels)["loss"];
        Assert.That(loss, Is.GreaterThan(0.5 * a.Sum(v => v * v)), "the penalty is now on the added weights");
        Assert.That(dense.Weights[0].Value.ToArray<float>(), Is.EqualTo(kernel));
        Assert.That(dense.Weights[1].Value.ToArray<float>(), Is.Not.EqualTo(bias));
        Assert.That(dense.Weights[3].Value.ToArray<float>(), Is.Not.All.Zero);
        Assert.That(Assert.Throws<InvalidOperationException>(() => dense.EnableLora(2))!.Message, Does.Contain("already"));
        Assert.That(Assert.Throws<ArgumentException>(() => new Dense(2) { KernelConstraint = "max_norm", LoraRank = 1 }.Apply(x))!.Message, Does.Contain("constraint"));
        Assert.That(Assert.Throws<ArgumentException>(() => new Dense(2) { LoraRank = 0 })!.Message, Does.Contain("positive"));
    }
}
