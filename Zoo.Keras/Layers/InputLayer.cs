using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Where data enter a model. <see cref="K.Input"/> makes one; a <see cref="Sequential"/> may begin with one.</summary>
[KerasObject("keras.layers"), KerasOmit("trainable"), KerasInert("sparse", false), KerasInert("ragged", false)]
public sealed class InputLayer : Layer
{
    /// <summary>An input of a batch shape, the batch usually <see cref="Dim.Any"/>.</summary>
    public InputLayer(Shape batchShape, DType dtype = DType.Float32, bool optional = false, string? name = null)
    {
        if (name is not null) Name = name;
        (BatchShape, DType, Optional) = (batchShape, dtype, optional);
        Variable = StateOps.Input(Name, batchShape, dtype, this);
        BuiltFor = [batchShape];
    }

    /// <summary>The shape, the batch included.</summary>
    public Shape BatchShape { get; }

    /// <summary>The type of the data.</summary>
    [KerasName("dtype")]
    public DType DType { get; }

    /// <summary>Whether the model may be called without it.</summary>
    public bool Optional { get; }

    /// <summary>The input as a Variable.</summary>
    [KerasIgnore]
    public Variable Variable { get; }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => x;
}
