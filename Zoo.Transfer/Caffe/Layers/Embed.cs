using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>A vector for each whole number, plus a bias.</summary>
[KerasObject(Package = "caffe")]
public sealed class Embed(int inputDim, int outputDim) : Layer
{
    Parameter table = null!;
    Parameter? bias;

    /// <summary>How many numbers there are.</summary>
    public int InputDim { get; } = inputDim;

    /// <summary>The length of the vectors.</summary>
    public int OutputDim { get; } = outputDim;

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        table = Weight("embeddings", [InputDim, OutputDim], Initializer.GlorotUniform);
        bias = UseBias ? Weight("bias", [OutputDim], Initializer.Zeros) : null;
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        var y = A.Gather(table, A.Cast(x, DType.Int32));
        return bias is null ? y : y + bias;
    }
}
