using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Constraints;

/// <summary>Constraints hold after each step, and are part of a layer's configuration.</summary>
public class ConstraintTests
{
    [TestCase("embedded")]
    [TestCase("tensorflow")]
    public void AWeightKeepsItsConstraintAfterEachStep(string engine)
    {
        if (engine == "tensorflow") Engine.TensorFlow.TensorFlowLibrary.Require();
        var dense = new Dense(3) { InputShape = [4], KernelConstraint = new MaxNorm(0.5), BiasConstraint = "non_neg" };
        var model = new Sequential { dense };
        model.Compile(new SGD(0.5), "mse", engine: engine);
        var x = NDArray.From(new float[,] { { 1, 2, 3, 4 }, { -1, 0.5f, 2, 1 } });
        for (var step = 0; step < 3; step++)
        {
            model.TrainOnBatch(x, NDArray.From(new float[,] { { 9, -9, 5 }, { 4, -7, 2 } }));
            var (kernel, bias) = (model.Weights[0].Value, model.Weights[1].Value);
            for (var unit = 0; unit < 3; unit++)
            {
                Assert.That(Math.Sqrt(Enumerable.Range(0, 4).Sum(i => Math.Pow(kernel.Number(i * 3 + unit), 2))), Is.LessThanOrEqualTo(0.5 + 1e-5));
                Assert.That(bias.Number(unit), Is.GreaterThanOrEqualTo(0));
            }
            Assert.That(bias.Number(1), Is.Zero);
        }
    }

    [Test]
    public void ASetOfAxesIsOneNumberOrAList()
    {
        AxisSet one = 1, several = new[] { 0, 1 };
        Assert.That((one.ToKeras(), several.ToKeras()), Is.EqualTo(((object)1, (object)new[] { 0, 1 })));
        Assert.That(AxisSet.FromKeras(new List<object?> { 0L, 1L }), Is.EqualTo(several));
        Assert.That(() => AxisSet.FromKeras("x"), Throws.ArgumentException.With.Message.Contains("x"));
    }
}
