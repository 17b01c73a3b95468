using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Saving;

/// <summary>An option in the form that the library's options have.</summary>
public readonly record struct SampleOption(string? Text)
{
    public static SampleOption Relu => new("relu");
    public string Name => Text ?? "linear";
    public static implicit operator SampleOption(string name) => name is "linear" or "relu" or "softmax" ? new(name) : throw new ArgumentException($"'{name}' is not one of linear, relu, softmax.");
}

/// <summary>A rate or a schedule: a value that describes itself.</summary>
public sealed record SampleRate(double Value, SampleSchedule? Schedule = null) : IKerasValue<SampleRate>
{
    public object? ToKeras() => Schedule ?? (object)Value;
    public static SampleRate FromKeras(object? value) => value switch
    {
        SampleSchedule schedule => new(0, schedule),
        double or long => new(Convert.ToDouble(value)),
        _ => throw new ArgumentException("a rate is a number or a schedule."),
    };
}

[KerasObject(Package = "samples")]
public sealed record SampleSchedule(double InitialLearningRate, int DecaySteps)
{
    public bool Staircase { get; init; }
}

[KerasObject("keras.initializers")]
public sealed class SampleInitializer
{
    public int? Seed { get; init; }
}

[KerasObject(Package = "samples", ClassName = "Two")]
public sealed class SampleRegularizer(float l1 = 0.01f, double l2 = 0.01)
{
    public float L1 { get; } = l1;
    public double L2 { get; } = l2;
}

[KerasShared]
public abstract class SampleBase
{
    public string? Name { get; init; }
    public bool Trainable { get; set; } = true;
    [KerasOptional]
    public SampleRegularizer? ActivityRegularizer { get; init; }
    [KerasIgnore]
    public Shape? InputShape { get; init; }
    public int Computed => 7;
}

[KerasObject("keras.layers", ClassName = "Dense"), KerasInert("quantization_config")]
public sealed class SampleDense(int units, SampleOption activation = default) : SampleBase
{
    public int Units { get; } = units > 0 ? units : throw new ArgumentException($"units {units} must be positive.");
    public SampleOption Activation { get; } = activation;
    public bool UseBias { get; init; } = true;
    public SampleInitializer KernelInitializer { get; init; } = new();
    public SampleRegularizer? KernelRegularizer { get; init; }
}

public enum SampleMode { FanIn, FanAvg }

[KerasObject(Package = "samples"), KerasOmit("trainable"), KerasAlways("activity_regularizer"), KerasInert("renorm_momentum", 0.99), KerasInert("sizes", new[] { 1, 2 })]
public sealed class SampleMany(Shape batchShape, (int, int) kernelSize, params int[] axes) : SampleBase
{
    public Shape BatchShape { get; } = batchShape;
    public (int, int) KernelSize { get; } = kernelSize;
    public int[] Axes { get; } = axes;
    [KerasName("beta_1")]
    public double Beta1 { get; init; } = 0.9;
    public DType Dtype { get; init; } = DType.Float32;
    public SampleMode Mode { get; init; } = SampleMode.FanAvg;
    public SampleRate Rate { get; init; } = new(0.5);
    public SampleBase? Inner { get; init; }
    public SampleBase? Other { get; init; }
    public IReadOnlyList<string> Words { get; init; } = [];
    public Dictionary<string, double> Weights { get; init; } = [];
    public NDArray? Table { get; init; }
    public object? Anything { get; init; }
    public double? MaxValue { get; init; }
}
