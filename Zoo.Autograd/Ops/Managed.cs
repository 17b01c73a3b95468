using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>A managed kernel for all real number types.</summary>
internal interface INumberKernel
{
    /// <summary>Runs it over row-major memory.</summary>
    void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumber<T>, IMinMaxValue<T>;
}

/// <summary>A managed kernel that only moves elements: one for each size.</summary>
internal interface IMoveKernel
{
    /// <summary>Runs it over row-major memory.</summary>
    void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged;
}

/// <summary>Picks a kernel's element type, and reads integers of any type.</summary>
internal static class Managed
{
    internal static HostKernel Numbers(string op, DType dtype, INumberKernel kernel) => dtype switch
    {
        DType.Float32 => kernel.Run<float>,
        DType.Float64 => kernel.Run<double>,
        DType.Int32 => kernel.Run<int>,
        DType.Int64 => kernel.Run<long>,
        DType.UInt8 => kernel.Run<byte>,
        DType.Int8 => kernel.Run<sbyte>,
        DType.Int16 => kernel.Run<short>,
        DType.UInt16 => kernel.Run<ushort>,
        DType.UInt32 => kernel.Run<uint>,
        DType.UInt64 => kernel.Run<ulong>,
        DType.Float16 => kernel.Run<Half>,
        _ => throw new GraphException($"{op}: the embedded engine has no kernel for {dtype.Name()}. Cast it: A.Cast(x, DType.Float32)."),
    };

    internal static HostKernel Moves(string op, DType dtype, IMoveKernel kernel) => TorchTensor.Size(dtype) switch
    {
        1 => kernel.Run<byte>,
        2 => kernel.Run<ushort>,
        4 => kernel.Run<uint>,
        8 => kernel.Run<ulong>,
        16 => kernel.Run<UInt128>,
        _ => throw new GraphException($"{op}: the embedded engine has no kernel for {dtype.Name()}. Expected numbers."),
    };

    /// <summary>One call of a kernel over real numbers, all inputs in, the declared outputs out.</summary>
    internal static Values Numbers(this Kernel k, INumberKernel kernel, int typed = 0) => k.Run(Numbers(k.Node.Op.Name, k.DType(typed), kernel));

    /// <summary>One call of a kernel that moves elements.</summary>
    internal static Values Moves(this Kernel k, IMoveKernel kernel, int typed = 0) => k.Run(Moves(k.Node.Op.Name, k.DType(typed), kernel));

    static Values Run(this Kernel k, HostKernel kernel) => k.Host(kernel, [.. Enumerable.Range(0, k.Count).Select(i => k[i])], [.. k.Node.Outputs.Select((_, i) => (k.OutShape(i), k.OutDType(i)))]);

    /// <summary>A function of one, two or three broadcast floats, computed in double precision.</summary>
    internal static Values Map(this Kernel k, Func<double, double, double, double> function)
    {
        var result = k.OutShape();
        return k.Run(k.DType() switch
        {
            DType.Float32 => Over<float>,
            DType.Float64 => Over<double>,
            DType.Float16 => Over<Half>,
            var other => throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for {other.Name()}. Cast it: A.Cast(x, DType.Float32)."),
        });

        void Over<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged, INumberBase<T>
        {
            var y = HostMemory.Span<T>(to[0], (int)result.Elements);
            Span<double> arguments = stackalloc double[3];
            for (var i = 0; i < y.Length; i++)
            {
                for (var a = 0; a < from.Length; a++) arguments[a] = double.CreateTruncating(HostMemory.Span<T>(from[a], (int)k.Shape(a).Elements)[HostMath.Index(i, result, k.Shape(a))]);
                y[i] = T.CreateTruncating(function(arguments[0], arguments[1], arguments[2]));
            }
        }
    }

    /// <summary>The same of two.</summary>
    internal static Values Map(this Kernel k, Func<double, double, double> function) => k.Map((x, y, _) => function(x, y));

    /// <summary>Integers of any type as a list.</summary>
    internal static long[] Integers(nint at, DType dtype, long count)
    {
        var list = new long[count];
        switch (dtype)
        {
            case DType.Int64: Convert<long>(); break;
            case DType.Int32: Convert<int>(); break;
            case DType.Int16: Convert<short>(); break;
            case DType.UInt16: Convert<ushort>(); break;
            case DType.UInt8: Convert<byte>(); break;
            default: Convert<sbyte>(); break;
        }
        return list;

        void Convert<T>() where T : unmanaged, INumberBase<T> => System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(HostMemory.Span<T>(at, (int)count), list.AsSpan());
    }

    /// <summary>Writes a place as int32 or int64.</summary>
    internal static void Put(nint at, DType dtype, int index, long value)
    {
        if (dtype == DType.Int64) HostMemory.Span<long>(at, index + 1)[index] = value;
        else if (dtype == DType.Int32) HostMemory.Span<int>(at, index + 1)[index] = (int)value;
        else HostMemory.Span<short>(at, index + 1)[index] = (short)value;
    }
}
