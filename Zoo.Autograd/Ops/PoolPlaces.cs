using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Embedded kernels of maxima that know their places: numbers of elements of the input, in each picture from 0 or through the whole batch.</summary>
internal sealed class PoolPlaces(Kernel k)
{
    readonly Shape input = k.Shape(0);
    readonly bool whole = k.Node.Flag("include_batch_in_index");

    int Picture => (int)Rows.Count(input.Dims[1..]);

    internal Values Largest()
    {
        var (n, output) = (k.Node, k.OutShape());
        var (size, stride, padding) = (n.Ints("ksize"), n.Ints("strides"), n.Text("padding"));
        int[] before = [.. Enumerable.Range(1, 2).Select(i => (int)Windows.Padding(input[i], size[i], stride[i], 1, padding, 0, 0).Before)];
        var wide = k.OutDType(1) == DType.Int64;
        return k.Host(k.DType() switch { DType.Float32 => Run<float>, DType.Float64 => Run<double>, DType.Int32 => Run<int>, DType.Int64 => Run<long>, _ => throw Unsupported() },
            [k[0]], (output, k.OutDType()), (output, k.OutDType(1)));

        void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>
        {
            var x = HostMemory.Span<T>(from[0], (int)input.Elements);
            var y = HostMemory.Span<T>(to[0], (int)output.Elements);
            int height = (int)input[1], width = (int)input[2], channels = (int)input[3], columns = (int)output[2];
            for (var i = 0; i < y.Length; i++)
            {
                int channel = i % channels, place = i / channels, start = place / columns / (int)output[1] * Picture, best = -1;
                int top = place / columns % (int)output[1] * (int)stride[1] - before[0], left = place % columns * (int)stride[2] - before[1];
                for (var row = Math.Max(0, top); row < Math.Min(height, top + size[1]); row++)
                    for (var column = Math.Max(0, left); column < Math.Min(width, left + size[2]); column++)
                        if ((row * width + column) * channels + channel is var at && (best < 0 || x[start + at] > x[start + best])) best = at;
                y[i] = x[start + best];
                var shown = best + (whole ? start : 0);
                if (wide) HostMemory.Span<long>(to[1], y.Length)[i] = shown;
                else HostMemory.Span<int>(to[1], y.Length)[i] = shown;
            }
        }
    }

    /// <summary>Each gradient added at its place.</summary>
    internal Values Scatter() => Move(scatter: true);

    /// <summary>What stands at each place.</summary>
    internal Values Pick() => Move(scatter: false);

    Values Move(bool scatter)
    {
        var wide = k.DType(2) == DType.Int64;
        var (count, inputs) = ((int)k.Shape(2).Elements, (int)input.Elements);
        return k.Host(k.OutDType() switch { DType.Float32 => Run<float>, DType.Float64 => Run<double>, _ => throw Unsupported() }, [k[1], k[2]], (k.OutShape(), k.OutDType()));

        void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>
        {
            var source = HostMemory.Span<T>(from[0], scatter ? count : inputs);
            var result = HostMemory.Span<T>(to[0], scatter ? inputs : count);
            if (scatter) result.Clear();
            for (var i = 0; i < count; i++)
            {
                var place = wide ? HostMemory.Span<long>(from[1], count)[i] : HostMemory.Span<int>(from[1], count)[i];
                if (!whole) place += (long)(i / (count / (int)input[0])) * Picture;
                if (place < 0 || place >= inputs) throw new EngineException($"{k.Node.Op.Name}: the place {place} is out of range. Expected 0 to {inputs - 1}. Take the places from MaxPoolWithArgmax.") { Op = k.Node.Op.Name };
                if (scatter) result[(int)place] += source[i];
                else result[i] = source[(int)place];
            }
        }
    }

    GraphException Unsupported() => new($"{k.Node.Op.Name}: the embedded engine has no kernel for {k.DType().Name()}. Cast the input: A.Cast(x, DType.Float32).") { Node = k.Node.Name };
}
