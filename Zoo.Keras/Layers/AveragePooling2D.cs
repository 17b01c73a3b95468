using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>The mean of each window of pictures [batch, height, width, channels]; what padding added does not count.</summary>
[KerasObject("keras.layers")]
public sealed class AveragePooling2D : Pooling
{
    /// <summary>Windows of a size.</summary>
    public AveragePooling2D(Sizes poolSize) : base(2, poolSize) { }

    /// <summary>Windows of 2 along each axis.</summary>
    public AveragePooling2D() : this(2) { }

    /// <summary>True where the zeros of <see cref="Pooling.Pads"/> count in the means.</summary>
    [KerasOptional]
    public bool? CountIncludePad { get; init; }

    private protected override bool CountsPads => CountIncludePad == true;

    private protected override bool IsMax => false;
}
