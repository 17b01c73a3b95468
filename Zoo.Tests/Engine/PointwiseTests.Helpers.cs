using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;
using static Zoo.Autograd.Engine.Torch.Opcode;

namespace Zoo.Tests.Engine;

internal sealed unsafe partial class PointwiseTests
{
    static double[] Run1(Opcode op, DType type, DType result, double[] x)
    {
        var b = new ProgramWriter();
        Reg v = b.Op(op, b.Input(type));
        Assert.That(b.TypeOf(v), Is.EqualTo(result));
        b.Output(v);
        return Run(b.Build(), [x.Length], ([x.Length], x))[0];
    }

    static double[] Run2(Opcode op, DType type, DType result, double[] x, double[] y)
    {
        var b = new ProgramWriter();
        Reg p = b.Input(type), q = b.Input(type), v = b.Op(op, p, q);
        Assert.That(b.TypeOf(v), Is.EqualTo(result));
        b.Output(v);
        return Run(b.Build(), [x.Length], ([x.Length], x), ([x.Length], y))[0];
    }

    static double[][] Run(PointwiseProgram program, long[] dims, params (long[] Dims, double[] Values)[] inputs) => Run(program, dims, 0, inputs);

    static double[][] Run(PointwiseProgram program, long[] dims, int axes, params (long[] Dims, double[] Values)[] inputs)
    {
        PointwiseShape shape = PointwiseShape.Broadcast(program, dims, [.. inputs.Select(i => i.Dims)], axes);
        NativeBuffer[] ins = [.. inputs.Select((x, i) => Write(program.InputType(i), x.Values))];
        int[] counts = [.. program.Outputs.Select(o => (int)(o.Reduce == ReduceKind.None ? Product(dims) : program.Layout switch { ReduceLayout.Rows => shape.Rows, ReduceLayout.Columns => shape.Columns, _ => 1 }))];
        NativeBuffer[] outs = [.. program.Outputs.Select((o, i) => new NativeBuffer(counts[i] * program.TypeOf(o.Value).Size()))];
        PointwiseKernel.For(program).Run([.. ins.Select(b => (nint)b.Pointer)], [.. outs.Select(b => (nint)b.Pointer)], shape);
        double[][] results = [.. program.Outputs.Select((o, i) => Read(program.TypeOf(o.Value), outs[i], counts[i]))];
        foreach (NativeBuffer buffer in (NativeBuffer[])[.. ins, .. outs])
            buffer.Dispose();
        return results;
    }

    static NativeBuffer Write(DType type, double[] values)
    {
        var buffer = new NativeBuffer(values.Length * type.Size());
        for (int i = 0; i < values.Length; i++)
            switch (type)
            {
                case DType.Float32: ((float*)buffer.Pointer)[i] = (float)values[i]; break;
                case DType.Float64: ((double*)buffer.Pointer)[i] = values[i]; break;
                case DType.Int32: ((int*)buffer.Pointer)[i] = (int)values[i]; break;
                case DType.Int64: ((long*)buffer.Pointer)[i] = (long)values[i]; break;
                default: buffer.Pointer[i] = (byte)values[i]; break;
            }
        return buffer;
    }

    static double[] Read(DType type, NativeBuffer buffer, int count) => [.. Enumerable.Range(0, count).Select(i => type switch
    {
        DType.Float32 => ((float*)buffer.Pointer)[i],
        DType.Float64 => ((double*)buffer.Pointer)[i],
        DType.Int32 => ((int*)buffer.Pointer)[i],
        DType.Int64 => ((long*)buffer.Pointer)[i],
        _ => buffer.Pointer[i],
    })];

    static T OnThreads<T>(int threads, Func<T> work)
    {
        int before = TorchThreads.Count;
        TorchThreads.Count = threads;
        try
        {
            T result = default!;
            EngineThreads.Run(() => result = work());
            return result;
        }
        finally
        {
            TorchThreads.Count = before;
        }
    }

    static double As(DType type, double v) => type == DType.Float32 ? (float)v : v;

    static double[] Values(double low, double high, int count, DType type, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Special.Take(count), .. Enumerable.Range(0, Math.Max(0, count - Special.Length)).Select(i => As(type, (low + (high - low) * random.NextDouble()) * (i % 4 == 0 ? 1e-3 : 1)))];
    }

    static double Ulps(double got, double expected, DType type, double scale = 0)
    {
        if (type == DType.Float32)
            expected = Math.Abs(expected) > float.MaxValue && !double.IsInfinity(expected) ? (float)expected : expected;
        if (double.IsNaN(expected))
            return double.IsNaN(got) ? 0 : Inf;
        if (double.IsInfinity(expected) || double.IsInfinity(got))
            return got == expected ? 0 : Inf;
        double size = Math.Max(Math.Max(Math.Abs(expected), scale), type == DType.Float32 ? 1.2e-38 : 2.3e-308);
        double ulp = type == DType.Float32 ? MathF.BitIncrement((float)size) - (float)size : Math.BitIncrement(size) - size;
        return Math.Abs(got - expected) / ulp;
    }

    static readonly Dictionary<string, TorchOp> Ops = [];

    static double Torch(string name, double x)
    {
        if (!Ops.TryGetValue(name, out TorchOp? op))
            Ops[name] = op = new(name);
        nint t = TorchTensor.FromMemory(&x, DType.Float64, []);
        var call = new TorchCall(stackalloc ulong[2]);
        call.Give(t);
        call.Run(op);
        double result = *(double*)TorchTensor.Data(call.Result());
        TorchTensor.Delete(call.Result());
        return result;
    }

    static long Product(ReadOnlySpan<long> dims)
    {
        long n = 1;
        foreach (long d in dims)
            n *= d;
        return n;
    }

    static long Offset(long[] dims, long[] strides, long index)
    {
        long offset = 0;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            offset += index % dims[i] * strides[i];
            index /= dims[i];
        }
        return offset;
    }
}
