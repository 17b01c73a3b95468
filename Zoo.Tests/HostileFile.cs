using NUnit.Framework;

namespace Zoo.Tests;

/// <summary>What reading a damaged or hostile file may do: succeed, or be refused with a clear message, in bounded time and memory.</summary>
static class HostileFile
{
    /// <summary>Whether it was read; anything but a refusal of one kind fails the test.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="memory">How many bytes it may allocate.</param>
    /// <param name="longest">How long a message may be.</param>
    /// <param name="what">What it is, for messages.</param>
    internal static bool Survives<TRefusal>(Action read, long memory, int longest, string what) where TRefusal : Exception
    {
        var (worked, before) = (Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread());   // processor time: other programs' load does not count
        var survived = true;
        try
        {
            read();
        }
        catch (TRefusal e)
        {
            survived = false;
            Assert.That(e.Message, Does.Contain(": ").And.Length.LessThan(longest), what);
        }
        catch (Exception e)
        {
            Assert.Fail($"{what}: {e}");
        }
        Assert.That(Environment.CpuUsage.TotalTime - worked, Is.LessThan(TimeSpan.FromSeconds(20)), what);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(memory), what);
        return survived;
    }
}
