using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: it serves one and two axes, with windows that no convolution has.
/// <summary>
/// A convolution whose filters differ from place to place: <see cref="LocallyConnected1D"/>, <see cref="LocallyConnected2D"/>. The sizes of the input must be known. The kernel is
/// [places, window · channels, filters], as Keras 2 keeps it.
/// </summary>
public abstract class LocallyConnected : SpatialLayer
{
    Parameter kernel = null!;
    Parameter? bias;

    private protected LocallyConnected(int axes, int filters, Sizes kernelSize, ActivationFunction activation) : base(axes)
    {
        Filters = filters > 0 ? filters : throw new ArgumentException($"{GetType().Name}: {filters} filters were asked for. Expected a positive number.");
        (KernelSize, Activation, Strides) = (kernelSize.For(axes, $"{GetType().Name}: the kernel size"), activation, 1);
    }

    /// <summary>The number of filters: the channels of the result.</summary>
    public int Filters { get; }

    /// <summary>The sizes of the filters.</summary>
    public Sizes KernelSize { get; }

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; }

    /// <summary>The step of the window; 1 by default.</summary>
    public Sizes Strides { get; init => field = value.For(Axes, $"{GetType().Name}: the strides"); }

    /// <summary><c>valid</c> or <c>same</c>.</summary>
    public Padding Padding { get; init => field = value.NotCausal(GetType().Name); }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The kernel's first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        CheckRank(input);
        if (!input[1..].IsKnown) throw new ShapeException($"the input has shape {input}. Expected known sizes, for each place has filters of its own. Give the Input its sizes.") { Actual = input };
        var patches = Patches(DataFormat.ToLast(StateOps.Input("x", input, DType.Float32))).Shape;
        kernel = Weight("kernel", [patches[1..^1].Elements, patches[-1], Filters], KernelInitializer, KernelRegularizer);
        bias = UseBias ? Weight("bias", [.. patches[1..^1], Filters], BiasInitializer, BiasRegularizer) : null;
    }

    private protected override Variable CallLast(Variable x)
    {
        var patches = Patches(x);
        var places = A.Transpose(A.Reshape(patches, [Dim.Any, kernel.Shape[0], kernel.Shape[1]]), 1, 0, 2);
        var y = A.Reshape(A.Transpose(A.BatchMatMul(places, kernel), 1, 0, 2), [Dim.Any, .. patches.Shape[1..^1], Filters]);
        return Activation.Of(bias is null ? y : y + bias);
    }

    /// <summary>What each place sees: [batch, places…, window · channels].</summary>
    Variable Patches(Variable x)
    {
        var one = Axes == 1;
        long[] Four(Sizes sizes) => one ? [1, 1, sizes[0], 1] : [1, sizes[0], sizes[1], 1];
        var patches = PatchOps.ExtractImagePatches.Call([one ? A.ExpandDims(x, 1) : x], ("ksizes", Four(KernelSize)), ("strides", Four(Strides)), ("rates", new long[] { 1, 1, 1, 1 }), ("padding", Padding.Upper));
        return one ? A.Squeeze(patches, 1) : patches;
    }
}

/// <summary>A convolution of sequences [batch, steps, channels] with filters of its own at each step (Analytics Zoo's, Keras 1's and Keras 2's LocallyConnected1D).</summary>
[KerasObject(Package = "zoo")]
public sealed class LocallyConnected1D(int filters, Sizes kernelSize, ActivationFunction activation = default) : LocallyConnected(1, filters, kernelSize, activation);

/// <summary>A convolution of pictures [batch, height, width, channels] with filters of its own at each place (Analytics Zoo's, Keras 1's and Keras 2's LocallyConnected2D).</summary>
[KerasObject(Package = "zoo")]
public sealed class LocallyConnected2D(int filters, Sizes kernelSize, ActivationFunction activation = default) : LocallyConnected(2, filters, kernelSize, activation);
