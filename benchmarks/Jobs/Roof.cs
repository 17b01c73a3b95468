using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks.Jobs;

/// <summary>What the machine reaches with libtorch's own kernels, in GFLOP/s: the best of ten.</summary>
internal static unsafe class Roof
{
    /// <summary>A product of two matrices of 1024 by 1024.</summary>
    internal static double MatMul() => Best(2.0 * 1024 * 1024 * 1024, [1024, 1024], [1024, 1024], (a, b) =>
    {
        var c = TorchTensor.Empty(DType.Float32, [1024, 1024]);
        TorchError.Check(LibTorch.aoti_torch_cpu_mm_out(c, a, b), "mm_out");
        return c;
    });

    /// <summary>A convolution of 3x3 from 256 channels to as many, of 16 pictures of 14x14, channels last: the middle of ResNet-50.</summary>
    internal static double Convolution() => Best(2.0 * 16 * 14 * 14 * 256 * 256 * 9, [16, 14, 14, 256], [256, 3, 3, 256], (x, w) =>
    {
        nint pictures = TorchTensor.View(x, [16, 256, 14, 14], [14 * 14 * 256, 1, 14 * 256, 256]), filter = TorchTensor.View(w, [256, 256, 3, 3], [9 * 256, 1, 3 * 256, 256]), result;
        long* one = stackalloc long[] { 1, 1 }, zero = stackalloc long[] { 0, 0 };
        TorchError.Check(LibTorch.aoti_torch_cpu_convolution(pictures, filter, null, one, 2, one, 2, one, 2, 0, zero, 2, 1, &result), "convolution");
        TorchTensor.Delete(pictures);
        TorchTensor.Delete(filter);
        return result;
    });

    static double Best(double operations, long[] first, long[] second, Func<nint, nint, nint> call)
    {
        var best = TimeSpan.MaxValue;
        EngineThreads.Run(() =>
        {
            nint a = TorchArrays.From(NDArray.Full(Shape.Create(first), 0.5)), b = TorchArrays.From(NDArray.Full(Shape.Create(second), 0.25));
            for (var i = 0; i < 10; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var result = call(a, b);
                if (Stopwatch.GetElapsedTime(start) is var time && time < best) best = time;
                TorchTensor.Delete(result);
            }
            TorchTensor.Delete(a);
            TorchTensor.Delete(b);
        });
        return operations / best.TotalSeconds / 1e9;
    }
}
