using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>Layers over spatial axes: what they say about inputs and arguments that do not fit.</summary>
public class SpatialLayerTests
{
    static IEnumerable<Type> Classes() => typeof(SpatialLayer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(SpatialLayer)) && !t.IsAbstract).OrderBy(t => t.Name, StringComparer.Ordinal);

    /// <summary>A layer with small numbers for what its constructor asks for.</summary>
    static Layer Make(Type type)
    {
        var constructor = type.GetConstructors().MinBy(c => c.GetParameters().Length)!;
        return (Layer)constructor.Invoke([.. constructor.GetParameters().Select(p => p.HasDefaultValue ? p.DefaultValue ?? Default(p.ParameterType) : p.ParameterType == typeof(Sizes) ? (Sizes)2 : p.ParameterType == typeof(double) ? 0.5 : (object)2)]);
    }

    static object? Default(Type type) => type.IsValueType ? Activator.CreateInstance(type) : null;

    [TestCaseSource(nameof(Classes))]
    public void WrongRankNamesLayerShapesAndWhereTheInputComesFrom(Type type)
    {
        var e = Assert.Throws<ShapeException>(() => Make(type).Apply(Input([7], "rows") >> new Dense(5) { Name = "hidden" }))!;
        Assert.That(e.Message, Does.Contain(Make(type).Name).And.Contain("[?, 5]").And.Contain("Expected").And.Contain("batch").And.Contain("hidden"));
    }

    [TestCaseSource(nameof(Convolutions))]
    public void AnotherNumberOfChannelsThanBuiltForIsAnError(Type type)
    {
        var layer = Make(type);
        var axes = type.Name.Contains("1D") ? 1 : type.Name.Contains("2D") ? 2 : 3;
        Shape Sample(int channels) => Shape.Create([.. Enumerable.Repeat(6L, axes), channels]);
        layer.Apply(Input(Sample(2)));
        var e = Assert.Throws<ShapeException>(() => layer.Apply(Input(Sample(4), "wide")))!;
        Assert.That(e.Message, Does.Contain(layer.Name).And.Contain("4 channels").And.Contain("Expected 2").And.Contain("wide"));
    }

    static IEnumerable<Type> Convolutions() => Classes().Where(t => t.IsSubclassOf(typeof(Convolutional)));

    [Test]
    public void ImpossibleArgumentsSayWhatIsPossible()
    {
        void Refused(Action make, params string[] parts)
        {
            var message = Assert.Catch<ArgumentException>(make)!.Message;
            foreach (var part in parts) Assert.That(message, Does.Contain(part));
        }
        Refused(() => new Conv2D(3, (2, 2, 2)), "Conv2D", "(2, 2, 2)", "one number or 2");
        Refused(() => new Conv1D(0, 3), "Conv1D", "0 filters");
        Refused(() => new Conv3D(2, 2) { Strides = 0 }, "Conv3D", "strides", "at least 1");
        Refused(() => new Conv2D(2, 2) { Padding = "causal" }, "Conv2D", "causal", "valid or same");
        Refused(() => new MaxPooling1D(2) { Padding = "causal" }, "MaxPooling1D", "causal", "valid or same");
        Refused(() => new Conv2D(2, 2) { Padding = "full" }, "full", "valid, same or causal");
        Refused(() => new ZeroPadding1D(((1, 2), (3, 4))), "ZeroPadding1D", "before and after");
        Refused(() => new Cropping2D(-1), "Cropping2D", "none negative");
        Refused(() => new SpatialDropout2D(1.5), "SpatialDropout2D", "1.5", "0 to 1");
        Refused(() => new UpSampling1D(0), "UpSampling1D", "positive");
    }

    [Test]
    public void WhatDoesNotFitTheInputIsAnErrorOfTheLayer()
    {
        var picture = Input([6, 5, 4], "picture");
        foreach (var (layer, parts) in new (Layer, string[])[]
        {
            (new Conv2D(6, 3) { Groups = 3 }, ["4 channels", "3 groups"]),
            (new Conv2D(6, 7), ["window of 7", "larger"]),
            (new MaxPooling2D(7), ["window of 7", "larger"]),
            (new Cropping2D(((3, 3), (0, 0))), ["3 + 3", "size 6"]),
            (new Conv2DTranspose(2, 2) { Strides = 2, OutputPadding = 3 }, ["gradient"]),
        })
        {
            var e = Assert.Throws<ShapeException>(() => layer.Apply(picture))!;
            foreach (var part in parts.Append(layer.Name).Append("picture")) Assert.That(e.Message, Does.Contain(part));
        }
    }
}
