using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Training;

/// <summary>Data for several inputs and outputs, by name and in order; logs as text.</summary>
internal sealed class ArraysTests
{
    static Model Two()
    {
        Variable ids = K.Input([3], "ids", DType.Int32), price = K.Input([2], "price");
        var all = new Concatenate().Apply(ids >> new Embedding(9, 2) >> new Flatten(), price);
        Model model = new([ids, price], [all >> new Dense(1) { Name = "sum" }, all >> new Dense(2, "softmax") { Name = "kind" }]);
        model.Compile("sgd", new() { ["sum"] = "mse", ["kind"] = "sparse_categorical_crossentropy" }, new() { ["kind"] = ["accuracy"] }, new() { ["sum"] = 0.5 });
        return model;
    }

    [Test]
    public void ByNameAndInOrderAreTheSame()
    {
        NDArray ids = new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, price = new[,] { { .1f, .2f }, { .3f, .4f } }, sum = new float[] { 1, 2 }, kind = new[] { 0, 1 };
        var model = Two();
        var ordered = model.Evaluate([ids, price], [sum, kind], verbose: 0).ToArray();
        var named = model.Evaluate(new() { ["price"] = price, ["ids"] = ids }, new() { ["kind"] = kind, ["sum"] = sum }, verbose: 0);
        Assert.That(named.ToArray(), Is.EqualTo(ordered));
        Assert.That(named.ToString(), Does.Match(@"^loss \d+\.\d+, .*kind_accuracy [\d.]+").And.Contain("sum_loss"));
        Assert.That(() => model.Evaluate(new() { ["prize"] = price, ["ids"] = ids }, [sum, kind], verbose: 0), Throws.ArgumentException.With.Message.Contains("'prize'").And.Message.Contains("ids, price"));
    }

    [Test]
    public void EachNameOnceAndNoNull()
    {
        NDArray a = new float[2];
        Assert.That(() => new Arrays { ["a"] = a, ["A"] = a }.Count, Is.EqualTo(2));
        Assert.That(() => { var twice = new Arrays { ["a"] = a }; twice["a"] = a; }, Throws.ArgumentException.With.Message.Contains("'a' is there already"));
        Assert.That(() => new Arrays { ["a"] = null! }, Throws.ArgumentNullException.With.Message.Contains("'a' is null"));
        Assert.That(() => { Arrays list = [a, null!]; }, Throws.ArgumentNullException.With.Message.Contains("number 1 of 2"));
        Assert.That(() => { Arrays list = [a]; list["b"] = a; }, Throws.InvalidOperationException.With.Message.Contains("in order"));
    }
}
