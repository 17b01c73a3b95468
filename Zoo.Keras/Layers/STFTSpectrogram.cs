using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: seven forms of a result out of one transform, each with Keras' scaling.
/// <summary>
/// The short-time Fourier transform of sounds [batch, time, channels] by convolutions whose kernels can be trained: [batch, frames, channels · frequencies]. In Keras' form.
/// </summary>
/// <param name="mode"><c>log</c>, <c>magnitude</c>, <c>psd</c>, <c>real</c>, <c>imag</c>, <c>angle</c>, or <c>stft</c>: real and imaginary parts side by side.</param>
/// <param name="frameLength">The samples of a frame.</param>
[KerasObject("keras.layers")]
public sealed class STFTSpectrogram(string mode = "log", int frameLength = 256) : SpatialLayer(1)
{
    const double Epsilon = 1e-7;
    Parameter? real, imag;

    /// <summary>What is computed.</summary>
    public string Mode { get; } = mode is "log" or "magnitude" or "psd" or "real" or "imag" or "angle" or "stft" ? mode
        : throw new ArgumentException($"STFTSpectrogram: the mode '{mode}' is not known. Expected log, magnitude, psd, real, imag, angle or stft.");

    /// <summary>The samples of a frame.</summary>
    public int FrameLength { get; } = frameLength > 1 ? frameLength : throw new ArgumentException($"STFTSpectrogram: the frame length is {frameLength}. Expected 2 or more.");

    /// <summary>The samples between the beginnings of frames; half a frame by default.</summary>
    public int? FrameStep
    {
        get;
        init => field = value is null || value >= 1 && value <= FrameLength ? value : throw new ArgumentException($"STFTSpectrogram: the frame step is {value}. Expected 1 to the frame length, {FrameLength}.");
    }

    /// <summary>The length of the transform, of which half are frequencies; by default the power of two that holds a frame.</summary>
    public int? FftLength
    {
        get;
        init => field = value is null || value >= FrameLength ? value : throw new ArgumentException($"STFTSpectrogram: the fft length is {value}. Expected the frame length, {FrameLength}, or more.");
    }

    /// <summary>The window's name, as <see cref="STFT"/> takes it; null for none.</summary>
    public string? Window { get; init; } = "hann";

    /// <summary>Whether the window goes on where it ends.</summary>
    public bool Periodic { get; init; }

    /// <summary><c>density</c>, <c>spectrum</c> or null.</summary>
    public string? Scaling { get; init; } = "density";

    /// <summary>valid or same.</summary>
    public Padding Padding { get; init; }

    /// <summary>Whether channels get an axis of their own: [batch, frames, frequencies, channels].</summary>
    public bool ExpandDims { get; init; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        CheckRank(input);
        var shape = Shape.Create([FrameLength, 1, (FftLength ?? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)FrameLength)) / 2 + 1]);
        real = Mode == "imag" ? null : Weight("real_kernel", shape, new STFT("real", Window, Scaling, Periodic));
        imag = Mode == "real" ? null : Weight("imag_kernel", shape, new STFT("imag", Window, Scaling, Periodic));
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        CheckRank(x.Shape);
        var channels = A.Transpose(DataFormat.ToLast(x), 0, 2, 1);
        if (real is null) return Arranged(Frames(channels, imag!));
        if (imag is null) return Arranged(Frames(channels, real));
        var (re, im) = (Frames(channels, real), Frames(channels, imag));
        if (Mode == "angle") return Arranged(A.Atan2(im, re));
        if (Mode == "stft") return Arranged(A.Concat([re, im], 3));
        var power = A.Square(re) + A.Square(im);
        if (Mode == "psd") return Arranged(power + A.Pad(power[.., .., .., 1..^1], [(0, 0), (0, 0), (0, 0), (1, 1)]));   // all but the ends stand for two frequencies
        var magnitude = Arranged(A.Sqrt(A.Maximum(power, Epsilon)));
        return Mode == "magnitude" ? magnitude : A.Log(A.Maximum(magnitude, Epsilon));
    }

    /// <summary>[batch, channels, time] to [batch, channels, frames, frequencies].</summary>
    Variable Frames(Variable x, Parameter kernel)
    {
        var flat = A.Reshape(x, A.Stack([A.Constant(-1, DType.Int32), A.SizeOf(x, 2), A.Constant(1, DType.Int32)]));
        var y = Spatial.Conv(flat, kernel, [FrameStep ?? FrameLength / 2], Padding.Upper, [1]);
        return A.Reshape(y, A.Stack([A.Constant(-1, DType.Int32), A.SizeOf(x, 1), A.SizeOf(y, 1), A.SizeOf(y, 2)]));
    }

    Variable Arranged(Variable y)
    {
        if (ExpandDims) return DataFormat.IsFirst ? y : A.Transpose(y, 0, 2, 3, 1);
        y = DataFormat.IsFirst ? A.Transpose(y, 0, 1, 3, 2) : A.Transpose(y, 0, 2, 1, 3);
        var (together, apart) = DataFormat.IsFirst ? ((1, 2), 3) : ((2, 3), 1);
        var (joined, frames) = (A.SizeOf(y, together.Item1) * A.SizeOf(y, together.Item2), A.SizeOf(y, apart));
        return A.Reshape(y, A.Stack(DataFormat.IsFirst ? [A.Constant(-1, DType.Int32), joined, frames] : [A.Constant(-1, DType.Int32), frames, joined]));
    }
}
