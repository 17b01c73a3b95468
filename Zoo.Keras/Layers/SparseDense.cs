using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: lists of indices have a product of their own, forward and back.
/// <summary>
/// A dense layer for wide inputs of mostly zeros (Analytics Zoo's SparseDense). Its input is either [batch, features], or in two parts, the numbers of the features that are there and
/// their values, both [batch, n]; negative numbers are empty places. Then <see cref="InputDim"/> says how many features there are. No gradient flows to the input, except in the window of
/// <see cref="BackwardStart"/> and <see cref="BackwardLength"/>.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class SparseDense(int outputDim, ActivationFunction activation = default) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The size of the result.</summary>
    public int OutputDim { get; } = outputDim > 0 ? outputDim : throw new ArgumentException($"SparseDense: {outputDim} units were asked for. Expected a positive number.");

    /// <summary>The activation; linear by default.</summary>
    public ActivationFunction Activation { get; } = activation;

    /// <summary>The number of features, where the input is in two parts.</summary>
    public int? InputDim { get; init; }

    /// <summary>The first feature that gets a gradient, from 0; −1 for none.</summary>
    public int BackwardStart { get; init; } = -1;

    /// <summary>How many features get a gradient.</summary>
    public int BackwardLength { get; init; } = -1;

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

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        var features = inputs.Count == 1 ? inputs[0][-1] : InputDim
            ?? throw new ShapeException($"the input is in {inputs.Count} parts, {string.Join(" and ", inputs)}. Expected InputDim, which says how many features there are.");
        kernel = Weight("kernel", [features, OutputDim], KernelInitializer, KernelRegularizer);
        bias = UseBias ? Weight("bias", [OutputDim], BiasInitializer, BiasRegularizer) : null;
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var y = x.Count == 1 ? A.Dot(Windowed(x, A.Range((int)kernel.Shape[0])), kernel) : Picked(A.Cast(x[0], DType.Int32), x[1]);
        return Activation.Of(bias is null ? y : A.BiasAdd(y, bias));
    }

    Variable Picked(Variable numbers, Variable values)
    {
        var there = A.Cast(numbers >= 0, values.DType);
        var rows = A.Gather(kernel, A.Maximum(numbers, 0));   // [batch, n, units]
        return A.Sum(rows * A.ExpandDims(Windowed(values, numbers) * there, -1), 1);
    }

    /// <summary>The values, whose gradient ends outside of the window.</summary>
    Variable Windowed(Variable values, Variable numbers) => BackwardStart < 0 || BackwardLength < 1 ? A.StopGradient(values)
        : A.Where((numbers >= BackwardStart) & (numbers < BackwardStart + BackwardLength), values, A.StopGradient(values));
}
