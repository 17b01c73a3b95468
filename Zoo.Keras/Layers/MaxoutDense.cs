using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The largest of several linear maps of [batch, features]: max over k of x · kernel[k] + bias[k] (Goodfellow and others, 2013; Analytics Zoo's and Keras 1's MaxoutDense).</summary>
/// <param name="outputDim">The size of the result.</param>
/// <param name="nbFeature">How many linear maps.</param>
[KerasObject(Package = "zoo")]
public sealed class MaxoutDense(int outputDim, int nbFeature = 4) : Layer
{
    Parameter kernel = null!;
    Parameter? bias;

    /// <summary>The size of the result.</summary>
    public int OutputDim { get; } = outputDim > 0 ? outputDim : throw new ArgumentException($"MaxoutDense: {outputDim} units were asked for. Expected a positive number.");

    /// <summary>How many linear maps.</summary>
    public int NbFeature { get; } = nbFeature > 0 ? nbFeature : throw new ArgumentException($"MaxoutDense: {nbFeature} linear maps were asked for. Expected a positive number.");

    /// <summary>Whether biases are added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The kernels' first value.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>A penalty on the kernels.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the biases.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (input.Rank != 2) throw new ShapeException($"the input has shape {input}. Expected [batch, features].") { Actual = input };
        kernel = Weight("kernel", [NbFeature, input[-1], OutputDim], KernelInitializer, KernelRegularizer);
        bias = UseBias ? Weight("bias", [NbFeature, OutputDim], Initializer.Zeros, BiasRegularizer) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var all = A.BatchMatMul(A.ExpandDims(x, 0), kernel);   // [maps, batch, units]
        return A.Max(bias is null ? all : all + A.ExpandDims(bias, 1), 0);
    }
}
