using System.Diagnostics;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Tests.Engine;

public sealed unsafe class TorchGroundTests
{
    static readonly TorchOp Relu = new("aten::relu"), Mm = new("aten::mm"), Split = new("aten::split", "Tensor");

    [Test]
    public void DispatcherCallsAndDirectCallsGiveTheSameProduct()
    {
        float[] a = [1, 2, 3, 4, 5, 6], b = [1, 0, 2, -1, 0, 3], direct = new float[4], dispatched = new float[4];
        EngineThreads.Run(() =>
        {
            fixed (float* pa = a, pb = b, pc = direct)
            {
                nint ta = TorchTensor.FromMemory(pa, DType.Float32, [2, 3]), tb = TorchTensor.FromMemory(pb, DType.Float32, [3, 2]), tc = TorchTensor.FromMemory(pc, DType.Float32, [2, 2]);
                TorchError.Check(LibTorch.aoti_torch_cpu_mm_out(tc, ta, tb), "mm");
                var call = new TorchCall(stackalloc ulong[4]);
                call.Tensor(ta);
                call.Tensor(tb);
                call.Run(Mm);
                new Span<float>(TorchTensor.Data(call.Result()), 4).CopyTo(dispatched);
                foreach (nint t in (ReadOnlySpan<nint>)[ta, tb, tc, call.Result()])
                    TorchTensor.Delete(t);
            }
        });
        Assert.That(direct, Is.EqualTo(new float[] { 5, 7, 14, 13 }));
        Assert.That(dispatched, Is.EqualTo(direct));
    }

    [Test]
    public void ListsComeBackAndViewsShareMemory() => EngineThreads.Run(() =>
    {
        nint x = TorchTensor.Empty(DType.Float32, [6, 2]);
        for (int i = 0; i < 12; i++)
            ((float*)TorchTensor.Data(x))[i] = i;
        var call = new TorchCall(stackalloc ulong[4]);
        call.Tensor(x);
        call.Int(2);
        call.Int(0);
        call.Run(Split);
        Span<nint> parts = stackalloc nint[3];
        Assert.That(call.Results(0, parts), Is.EqualTo(3));
        Assert.That(((float*)TorchTensor.Data(parts[2]))[0], Is.EqualTo(8));
        nint columns = TorchTensor.View(x, [2, 6], [1, 2]);
        Assert.That(TorchTensor.Strides(columns).ToArray(), Is.EqualTo(new long[] { 1, 2 }));
        Assert.That((nint)TorchTensor.Data(columns), Is.EqualTo((nint)TorchTensor.Data(x)));
        foreach (nint t in parts)
            TorchTensor.Delete(t);
        TorchTensor.Delete(x);
        Assert.That(((float*)TorchTensor.Data(columns))[11], Is.EqualTo(11), "a view keeps the memory alive");
        TorchTensor.Delete(columns);
    });

    [Test]
    public void AFailingOpIsAnExceptionWithItsName()
    {
        var error = Assert.Throws<EngineException>(() => EngineThreads.Run(() =>
        {
            nint x = TorchTensor.Empty(DType.Float32, [2, 3]);
            try
            {
                var call = new TorchCall(stackalloc ulong[4]);
                call.Tensor(x);
                call.Tensor(x);
                call.Run(Mm);
            }
            finally
            {
                TorchTensor.Delete(x);
            }
        }))!;
        Assert.That(error.Op, Is.EqualTo("aten::mm"));
        Assert.That(error.Version, Does.Contain("2.10.0"));
    }

    [Test]
    public void AMissingLibraryNamesEverythingThatWasTried()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        var platform = new TorchLoader.Platform("linux-x64", ["libdependency.so"], "libnowhere_cpu.so", "libgomp.so");
        File.WriteAllText(Path.Combine(folder, platform.Library), "not a library");
        var error = Assert.Throws<EngineException>(() => TorchLoader.Load([("/nonexistent", "beside the program"), (folder, "ZOO_TORCH")], platform))!;
        Directory.Delete(folder, true);
        Assert.That(error.Message, Does.Contain("/nonexistent/libnowhere_cpu.so (beside the program): no such file").And.Contain(folder)
            .And.Contain("the system's loader").And.Contain("libtorch-cpu-linux-x64").And.Contain("ZOO_TORCH"));
    }

    struct Summing(long[] seen, bool fail) : IRangeBody
    {
        public readonly void Do(long begin, long end)
        {
            for (long i = begin; i < end; i++)
                seen[i]++;
            if (fail)
                throw new InvalidOperationException("in the body");
        }
    }

    [Test]
    public void ParallelForSeesEveryNumberOnceAndCarriesExceptions() => EngineThreads.Run(() =>
    {
        var seen = new long[10_001];
        var body = new Summing(seen, false);
        ParallelFor.Run(ref body, seen.Length, 16);
        Assert.That(seen, Is.All.EqualTo(1));
        var failing = new Summing(seen, true);
        Assert.That(Assert.Throws<InvalidOperationException>(() => { var b = failing; ParallelFor.Run(ref b, seen.Length, 16); })!.Message, Is.EqualTo("in the body"));
    });

    [Test]
    public void EngineThreadsAreReusedAndBounded()
    {
        int before = EngineThreads.Made;
        var threads = new HashSet<int>();
        for (int i = 0; i < 50; i++)
            EngineThreads.Run(() => threads.Add(Environment.CurrentManagedThreadId));
        var (running, most) = (0, 0);
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => EngineThreads.Run(() =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            EngineThreads.Run(() => Thread.SpinWait(1000));
            Interlocked.Decrement(ref running);
        }));
        Assert.That(threads, Has.None.EqualTo(Environment.CurrentManagedThreadId));
        Assert.That(most, Is.LessThanOrEqualTo(Environment.ProcessorCount));
        // those that wait for other workers do not count: earlier tests may have made more
        Assert.That(EngineThreads.Made, Is.LessThanOrEqualTo(Math.Max(before, Environment.ProcessorCount)));
        Assert.That(EngineThreads.Made, Is.GreaterThanOrEqualTo(Math.Max(before, 1)));
        Assert.Throws<TimeoutException>(() => EngineThreads.Run(() => throw new TimeoutException()));
    }

    static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen;)
            if (Interlocked.CompareExchange(ref most, value, seen) is var now && now == seen) return;
            else seen = now;
    }

    sealed class ReluWork(nint x) : IEngineWork
    {
        internal long Allocated;

        public void Execute()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var call = new TorchCall(stackalloc ulong[4]);
            for (int i = 0; i < 100; i++)
            {
                call.Tensor(x);
                call.Run(Relu);
                TorchTensor.Delete(call.Result());
            }
            Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Test]
    public void CallsAllocateNothing()
    {
        nint x = 0;
        EngineThreads.Run(() => x = TorchTensor.Empty(DType.Float32, [4, 4]));
        var work = new ReluWork(x);
        EngineThreads.Run(work);
        long before = GC.GetAllocatedBytesForCurrentThread();
        EngineThreads.Run(work);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, "on the caller");
        Assert.That(work.Allocated, Is.Zero, "on the engine thread");
        EngineThreads.Run(() => TorchTensor.Delete(x));
    }

    [Test, Platform("Linux")]
    public void FreedBlocksComeBackWithoutPageFaults()
    {
        if (!LibC.IsGlibc || Environment.GetEnvironmentVariable("ZOO_MALLOPT") == "0")
            Assert.Ignore("The settings are glibc's, and ZOO_MALLOPT=0 switches them off.");
        Assert.That(TorchMemory.Tune(), Is.True, "glibc refused a setting");
        // in a process of its own: the kernel counts faults of the whole process, other tests' included
        using var child = Process.Start(new ProcessStartInfo("dotnet", [typeof(TorchGroundTests).Assembly.Location, "page-faults"]) { RedirectStandardOutput = true })!;
        string printed = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.That(long.Parse(printed.Trim()), Is.LessThan(100), "the median round touches 80 MB: 20,480 pages if every block were fresh");
    }

    [TestCase(null, "ACTIVE", "4000")]   // with "passive" 100, once there are more threads than processors
    [TestCase("4000", "ACTIVE", "4000")]   // a process of ours has handed it on
    [TestCase("5", "PASSIVE", "5")]
    [Platform("Linux")]
    public void OpenMpsThreadsSpinAsLongHoweverManyTheyAre(string? given, string policy, string spins)
    {
        if (!LibC.IsGlibc) Assert.Ignore("The settings are glibc's and GCC's.");
        var start = new ProcessStartInfo("dotnet", [typeof(TorchGroundTests).Assembly.Location, "load"]) { RedirectStandardError = true };
        start.Environment["OMP_DISPLAY_ENV"] = "VERBOSE";
        start.Environment.Remove("OMP_WAIT_POLICY");
        start.Environment.Remove("GOMP_SPINCOUNT");
        if (given is not null) start.Environment["GOMP_SPINCOUNT"] = given;
        using var child = Process.Start(start)!;
        string said = child.StandardError.ReadToEnd();
        child.WaitForExit();
        Assert.That(said, Does.Contain($"OMP_WAIT_POLICY = '{policy}'").And.Contain($"GOMP_SPINCOUNT = '{spins}'"));
    }

    internal static int Load() => TorchLoader.Torch != 0 ? 0 : 1;

    internal static int PrintFaults()
    {
        var faults = new long[25];
        EngineThreads.Run(() =>
        {
            Span<nint> tensors = stackalloc nint[2];
            for (int round = -5; round < faults.Length; round++)
            {
                long before = Faults();
                foreach (ref nint t in tensors)
                {
                    t = TorchTensor.Empty(DType.UInt8, [40 << 20]);   // above 32 MB glibc maps every block by itself, unless told otherwise
                    new Span<byte>(TorchTensor.Data(t), 40 << 20).Fill(1);
                }
                foreach (nint t in tensors)
                    TorchTensor.Delete(t);
                if (round >= 0)
                    faults[round] = Faults() - before;
            }
        });
        Array.Sort(faults);   // a block of another thread may split the heap once: the median round is the promise
        Console.WriteLine(faults[faults.Length / 2]);
        return 0;
    }

    static long Faults()
    {
        string[] fields = File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ');
        return long.Parse(fields[7]);   // minflt
    }

    [Test]
    public void NativeBuffersAreAligned()
    {
        using var buffer = new NativeBuffer(1001);
        Assert.That((long)buffer.Pointer % NativeBuffer.Alignment, Is.Zero);
        Assert.That(buffer.AsSpan<float>().Length, Is.EqualTo(250));
    }

    [Test]
    public void TheThreadCountReachesLibtorch()
    {
        int before = TorchThreads.Count;
        try
        {
            foreach (int count in (int[])[1, 2, 1])
            {
                TorchThreads.Count = count;
                int actual = 0;
                EngineThreads.Run(() => actual = TorchThreads.Actual());
                Assert.That(actual, Is.EqualTo(count));
            }
        }
        finally
        {
            TorchThreads.Count = before;
        }
    }
}
