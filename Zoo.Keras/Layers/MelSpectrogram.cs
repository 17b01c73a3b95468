using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: more than half are options, each with its documentation.
/// <summary>
/// Sounds [batch, time], or one of them, as pictures of how strong frequencies on the mel scale are: [batch, bins, frames]. Frames are centred on their samples, the sound is mirrored at its ends. In
/// Keras' form, the scale is that of HTK.
/// </summary>
[KerasObject("keras.layers")]
public sealed class MelSpectrogram : Layer
{
    /// <summary>The length of the Fourier transform.</summary>
    public int FftLength { get; init; } = 2048;

    /// <summary>The samples between the beginnings of frames.</summary>
    public int SequenceStride { get; init; } = 512;

    /// <summary>The samples of a window; by default the transform's length.</summary>
    public int SequenceLength { get => field > 0 ? field : FftLength; init; }

    /// <summary>The window's name, as <see cref="STFT"/> takes it; null for none.</summary>
    public string? Window { get; init; } = "hann";

    /// <summary>Samples of a second.</summary>
    public int SamplingRate { get; init; } = 16000;

    /// <summary>The number of bins on the mel scale.</summary>
    public int NumMelBins { get; init; } = 128;

    /// <summary>The lowest frequency.</summary>
    public double MinFreq { get; init; } = 20;

    /// <summary>The highest frequency; by default half the sampling rate.</summary>
    public double MaxFreq { get => field > 0 ? field : SamplingRate / 2; init; }

    /// <summary>Whether the result is in decibels.</summary>
    public bool PowerToDb { get; init; } = true;

    /// <summary>How many decibels below the strongest the weakest lies at most.</summary>
    public double TopDb { get; init; } = 80;

    /// <summary>The power that magnitudes are raised to: 2 for energy, 1 for magnitudes.</summary>
    public double MagExp { get; init; } = 2;

    /// <summary>The least power that decibels are taken of.</summary>
    public double MinPower { get; init; } = 1e-10;

    /// <summary>The power of 0 decibels.</summary>
    public double RefPower { get; init; } = 1;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (SequenceLength > FftLength) throw new ArgumentException($"MelSpectrogram: the sequence length is {SequenceLength}. Expected at most the fft length, {FftLength}.");
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (!x.Shape.HasRank || x.Shape.Rank is not (1 or 2)) throw new ShapeException($"the input has shape {x.Shape}. Expected [batch, time] or [time].") { Actual = x.Shape };
        var y = A.Cast(x, DTypePolicy.ComputeDType == DType.Float64 ? DType.Float64 : DType.Float32);
        var spectrum = A.RFFT(Frames(y), FftLength);
        var strength = A.Pow(A.Sqrt(A.Square(A.Real(spectrum)) + A.Square(A.Imag(spectrum))), MagExp);
        var mels = A.Dot(strength, A.Constant(Bins().Cast(strength.DType)));
        if (PowerToDb)
        {
            var decibels = A.Log(A.Maximum(mels, MinPower)) * (10 / Math.Log(10)) - 10 * Math.Log10(Math.Max(Math.Abs(RefPower), MinPower));
            mels = A.Maximum(decibels, A.Max(decibels) - TopDb);
        }
        return A.Cast(x.Shape.Rank == 1 ? A.Transpose(mels, 1, 0) : A.Transpose(mels, 0, 2, 1), DTypePolicy.ComputeDType);
    }

    /// <summary>[…, frames, fft length], each frame under the window.</summary>
    Variable Frames(Variable x)
    {
        var (axis, half) = (x.Shape.Rank - 1, FftLength / 2);
        x = A.MirrorPad(x, [.. Enumerable.Repeat((0, 0), axis), (half, half)]);
        var count = A.FloorDiv(A.SizeOf(x, axis) - FftLength, A.Constant(SequenceStride, DType.Int32)) + 1;
        var frames = A.Gather(x, A.ExpandDims(A.Range(count) * SequenceStride, 1) + A.Range(FftLength), axis);
        if (Window is null) return frames;
        var window = new double[FftLength];
        STFT.WindowOf(Window, SequenceLength, periodic: true).CopyTo(window, (FftLength - SequenceLength) / 2);
        return frames * A.Constant(NDArray.From(window).Cast(x.DType));
    }

    /// <summary>Triangles on the mel scale over the transform's frequencies; none takes the constant one. In float32 step by step, as Keras: narrow triangles show how their edges were rounded.</summary>
    NDArray Bins()
    {
        var bins = FftLength / 2 + 1;
        var hertz = Line(0, SamplingRate / 2f, bins);
        var edges = Line(Mel((float)MinFreq), Mel((float)MaxFreq), NumMelBins + 2);
        var weights = new float[bins * NumMelBins];
        for (var f = 1; f < bins; f++)
            for (var (m, at) = (0, Mel(hertz[f])); m < NumMelBins; m++)
                weights[f * NumMelBins + m] = Math.Max(0, Math.Min((at - edges[m]) / (edges[m + 1] - edges[m]), (edges[m + 2] - at) / (edges[m + 2] - edges[m + 1])));
        return NDArray.From(weights, [bins, NumMelBins]);

        static float Mel(float hertz) => 1127 * MathF.Log(1 + hertz / 700);

        static float[] Line(float first, float last, int count) => [.. Enumerable.Range(0, count).Select(i => i == count - 1 ? last : first + (last - first) / (count - 1) * i)];
    }
}
