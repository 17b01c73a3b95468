using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// Pictures resized bilinearly with the pixel centres of TensorFlow 1: pixel i of the result lies at i · size / resultSize, or with <see cref="AlignCorner"/> at i · (size − 1) / (resultSize − 1)
/// (Analytics Zoo's ResizeBilinear). <see cref="Resizing"/> has half-pixel centres.
/// </summary>
[KerasObject(Package = "zoo")]
public sealed class ResizeBilinear(int outputHeight, int outputWidth, bool alignCorner = false) : SpatialLayer(2)
{
    /// <summary>The height of the result.</summary>
    public int OutputHeight { get; } = outputHeight > 0 ? outputHeight : throw new ArgumentException($"ResizeBilinear: the height {outputHeight} is out of range. Expected a positive number.");

    /// <summary>The width of the result.</summary>
    public int OutputWidth { get; } = outputWidth > 0 ? outputWidth : throw new ArgumentException($"ResizeBilinear: the width {outputWidth} is out of range. Expected a positive number.");

    /// <summary>Whether the corner pixels of input and result lie on each other.</summary>
    public bool AlignCorner { get; } = alignCorner;

    private protected override Variable CallLast(Variable x) => A.Cast(ResizeOps.ResizeBilinear.Call([x, A.Ints(OutputHeight, OutputWidth)], ("align_corners", AlignCorner)), x.DType);
}
