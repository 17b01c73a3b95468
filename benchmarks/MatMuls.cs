using System.Diagnostics;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
namespace Zoo.Benchmarks;
internal static unsafe class MatMuls
{
    internal static void Run() => EngineThreads.Run(() =>
    {
        TorchThreads.Apply();
        foreach (var (m, k, n) in new (long, long, long)[] { (1024, 1024, 1024), (2048, 2048, 2048), (128, 784, 512), (128, 512, 512), (128, 800, 500), (784, 128, 512), (800, 128, 500), (128, 500, 800) })
        {
            var a = TorchTensor.Empty(DType.Float32, [m, k]); var b = TorchTensor.Empty(DType.Float32, [k, n]); var c = TorchTensor.Empty(DType.Float32, [m, n]);
            foreach (var t in new[] { a, b, c }) new Span<float>(TorchTensor.Data(t), (int)TorchTensor.Elements(t)).Fill(0.5f);
            var at = TorchTensor.View(TorchTensor.Empty(DType.Float32, [k, m]), [m, k], [1, m]);
            var bt = TorchTensor.View(TorchTensor.Empty(DType.Float32, [n, k]), [k, n], [1, k]);
            new Span<float>(TorchTensor.Data(at), (int)(m * k)).Fill(.5f); new Span<float>(TorchTensor.Data(bt), (int)(n * k)).Fill(.5f);
            var gf = 2e-9 * m * k * n;
            string Rate(Action x) { var best = 1e9; for (var i = 0; i < (m >= 1024 ? 12 : 60); i++) { var t = Stopwatch.GetTimestamp(); x(); best = Math.Min(best, Stopwatch.GetElapsedTime(t).TotalSeconds); } return $"{gf / best,6:F0}"; }
            Console.Write($"{m}x{k}x{n}: mm {Rate(() => LibTorch.aoti_torch_cpu_mm_out(c, a, b))} at {Rate(() => LibTorch.aoti_torch_cpu_mm_out(c, at, b))} bt {Rate(() => LibTorch.aoti_torch_cpu_mm_out(c, a, bt))}");
            var linear = new TorchOp("mkldnn::_linear_pointwise");
            void L(nint x, nint w) { Span<ulong> s = stackalloc ulong[8]; var call = new TorchCall(s); call.Tensor(x); call.Tensor(w); call.None(); call.String("none"u8); call.Tensors([]); call.None(); call.Run(linear); TorchTensor.Delete(call.Result()); }
            var bw = TorchTensor.View(b, [n, k], [1, n]);      // W seen as out x in
            var btw = TorchTensor.View(bt, [n, k], [k, 1]);
            try { Console.WriteLine($"   linear b {Rate(() => L(a, bw))} bt {Rate(() => L(a, btw))} at {Rate(() => L(at, bw))}"); } catch (Exception e) { Console.WriteLine(e.Message); }
        }
    });
}
