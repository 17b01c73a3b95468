using NUnit.Framework;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Tests.Engine;

[NonParallelizable]
public sealed class TeamPlacesTests
{
    static readonly int[] All = LibC.Processors();

    [Test]
    public void ATeamOfAllProcessorsHasOneEach()
    {
        Require();
        int[][] places = Places(All.Length);
        Assert.That(places.Skip(1).Select(p => p.Length), Is.All.EqualTo(1), "each thread that OpenMP made");
        Assert.That(places[0], Is.EqualTo(All), "the engine thread stays free: threads that it makes are bound as it is");
        Assert.That(places.Skip(1).Select(p => p[0]).Distinct().Count(), Is.EqualTo(All.Length - 1));
    }

    [Test]
    public void ASmallerOrLargerTeamIsFreeAgain()
    {
        Require();
        Places(All.Length);
        Assert.That(Places(All.Length + 1), Is.All.EqualTo(All));
        Assert.That(Places(All.Length).Skip(1).Select(p => p.Length), Is.All.EqualTo(1));
    }

    static void Require()
    {
        if (All.Length < 2) Assert.Ignore("Places are given where there are two processors or more, on Linux with glibc.");
        if (Environment.GetEnvironmentVariable("OMP_PROC_BIND") is not null || Environment.GetEnvironmentVariable("GOMP_CPU_AFFINITY") is not null) Assert.Ignore("OMP_PROC_BIND or GOMP_CPU_AFFINITY is set: places are OpenMP's.");
    }

    /// <summary>The processors that each thread of a team may use.</summary>
    static int[][] Places(int threads)
    {
        int before = TorchThreads.Count;
        try
        {
            TorchThreads.Count = threads;
            var found = new int[threads][];
            EngineThreads.Run(() =>
            {
                var look = new Look(found);
                ParallelFor.Run(ref look, threads, 1);
            });
            return found;
        }
        finally
        {
            TorchThreads.Count = before;
        }
    }

    readonly struct Look(int[][] found) : IRangeBody
    {
        public void Do(long begin, long end)
        {
            for (long i = begin; i < end; i++) found[i] = LibC.Processors();
        }
    }
}
