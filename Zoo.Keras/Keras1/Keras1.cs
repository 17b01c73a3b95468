namespace Zoo.Keras;

/// <summary>
/// The names, argument orders and defaults of Keras 1 and Analytics Zoo 0.11 (<c>using static Zoo.Keras.Keras1;</c>): factories of this library's own layers, losses and optimizers, so
/// that an old program can be read across line by line. There is no second kind of layer behind them. <c>dimOrdering</c> is <c>th</c>, channels first, unless told; <c>borderMode</c> is
/// <c>valid</c> or <c>same</c>; <c>init</c> is an initializer or its name; the activation <c>hard_sigmoid</c> is that of Keras 1, 0.2 x + 0.5 from 0 to 1. Each has at the end
/// <c>inputShape</c>, the shape of one sample for the first layer of a <see cref="Sequential"/>, and <c>name</c>.
/// </summary>
/// <example><code>Sequential net = [Keras1.Convolution2D(32, 3, 3, activation: "relu", inputShape: [1, 28, 28]), Keras1.MaxPooling2D(), Keras1.Flatten(), Keras1.Dense(10, activation: "softmax")];</code></example>
public static partial class Keras1
{
    /// <summary>An activation by Keras 1's name; null for none.</summary>
    static ActivationFunction Activated(string? activation) => activation is null ? default(ActivationFunction) : new(activation == "hard_sigmoid" ? "hard_sigmoid_keras1" : activation);

    /// <summary>Where the channels stand.</summary>
    static DataFormat Format(string dimOrdering) => dimOrdering.ToLowerInvariant() switch
    {
        "th" => DataFormat.ChannelsFirst,
        "tf" => DataFormat.ChannelsLast,
        _ => throw new ArgumentException($"dimOrdering: '{dimOrdering}' is not known. Expected th, channels first, or tf, channels last."),
    };

    /// <summary>What windows do at borders; pads stand in place of it.</summary>
    static Padding Bordered(string borderMode, Borders? pads = null) => borderMode.ToLowerInvariant() is "valid" or "same" ? pads is null ? borderMode : Padding.Valid
        : throw new ArgumentException($"borderMode: '{borderMode}' is not known. Expected valid or same.");

    /// <summary>An initializer with Zoo's limits: the ends of uniform numbers, or mean and deviation of normal ones.</summary>
    static Initializer Limited(Initializer? init, (double, double)? limits) => (init ?? Initializer.GlorotUniform, limits) switch
    {
        (var given, null) => given,
        (RandomUniform, var (low, high)) => new RandomUniform(low, high),
        (RandomNormal, var (mean, deviation)) => new RandomNormal(mean, deviation),
        (var other, var (low, high)) => throw new ArgumentException($"limits: ({low}, {high}) were given for {other.GetType().Name}. Expected them for uniform or normal only."),
    };

    static Initializer Started(NDArray? value, Initializer? init) => value is null ? init ?? Initializer.GlorotUniform : new Given(value);

    static T Named<T>(T layer, string? name) where T : Layer
    {
        if (name is not null) layer.Name = name;
        return layer;
    }
}
