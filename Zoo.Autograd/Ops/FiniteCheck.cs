using System.Numerics;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>The embedded kernel of CheckNumerics: fails at the first element that is infinite or not a number.</summary>
internal static class FiniteCheck
{
    internal static HostKernel Kernel(Shape shape, DType dtype, string message)
    {
        var count = (int)shape.Elements;
        return dtype switch
        {
            DType.Float32 => (x, _) => Check(HostMemory.Span<float>(x[0], count), shape, message),
            DType.Float64 => (x, _) => Check(HostMemory.Span<double>(x[0], count), shape, message),
            _ => throw new GraphException($"CheckNumerics: the embedded engine has no kernel for {dtype.Name()}. Cast to float32 before."),
        };
    }

    static void Check<T>(Span<T> x, Shape shape, string message) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
            if (!T.IsFinite(x[i]))
                throw new EngineException($"CheckNumerics: {message}: element {i} of {x.Length} of a tensor of shape {shape} is {(T.IsNaN(x[i]) ? "not a number" : "infinite")}. Expected finite numbers.") { Op = "CheckNumerics" };
    }
}
