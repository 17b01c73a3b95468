using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>Weights as arrays: GetWeights and SetWeights.</summary>
sealed class WeightArraysTests
{
    static readonly NDArray data = new float[,] { { 1, 2, 3 }, { -1, 0.5f, 2 } };

    static Sequential Net(ulong seed)
    {
        var net = new Sequential { Input([3]), new Dense(4, "tanh"), new BatchNormalization(), new Dense(2) };
        net.Seed = seed;
        return net;
    }

    [Test]
    public void AllWeightsOfAModelGoToAnotherLikeIt()
    {
        var (one, other) = (Net(1), Net(2));
        one.Compile("adam", "mse");
        one.Fit(data, NDArray.Zeros([2, 2]), epochs: 3, verbose: 0);
        Assert.That(other.Predict(data).ToArray<float>(), Is.Not.EqualTo(one.Predict(data).ToArray<float>()));
        other.SetWeights(one.GetWeights());
        Assert.That(other.Predict(data).ToArray<float>(), Is.EqualTo(one.Predict(data).ToArray<float>()));
        Assert.That(one.GetWeights().Select(w => w.Shape), Is.EqualTo(one.Weights.Select(w => w.Shape)));
    }

    [Test]
    public void WhatDoesNotFitChangesNothing()
    {
        var net = Net(1);
        var before = net.Predict(data).ToArray<float>();
        var weights = net.GetWeights();
        foreach (ref var value in weights[0].AsSpan<float>()) value = 7;   // a copy
        Assert.That(() => net.SetWeights(weights[..2]), Throws.ArgumentException.With.Message.Contains("2 arrays").And.Message.Contains("dense/kernel"));
        (weights[6], weights[7]) = (weights[7], weights[6]);
        Assert.That(() => net.SetWeights(weights), Throws.TypeOf<ShapeException>().With.Message.Contains("array 6"));
        (weights[6], weights[7]) = (weights[7], NDArray.From(["a", "b"], [2]));   // the last one, and the first has changed
        Assert.That(() => net.SetWeights(weights), Throws.Exception);
        Assert.That(net.Predict(data).ToArray<float>(), Is.EqualTo(before));
        Assert.That(() => new Dense(2).SetWeights(weights), Throws.ArgumentException.With.Message.Contains("not applied"));
    }
}
