using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Zoo.Keras;
using Zoo.Spark;

namespace Zoo.Tests.Cluster;

/// <summary>Ctrl-C ends a driver, and nothing that it started stays.</summary>
[Category("Cluster")]
internal sealed class InterruptTests
{
    const int Interrupted = 128 + 2;   // as shells say it of SIGINT
    static readonly TimeSpan soon = TimeSpan.FromSeconds(20);

    /// <summary>A terminal sends the signal to all processes of the group; who ends a job by its number sends it to the driver alone.</summary>
    [Test, Platform("Linux")]
    public void AnInterruptEndsDriverAndWorkers([Values] bool wholeGroup)
    {
        // a group of its own, in which the signal is not ignored
        using var driver = Process.Start(new ProcessStartInfo("setsid", ["env", "--default-signal=INT", Environment.ProcessPath!, "exec", typeof(InterruptTests).Assembly.Location, "train-by-processes"]) { RedirectStandardOutput = true })!;
        int[] workers = [];
        try
        {
            workers = [.. (driver.StandardOutput.ReadLine() ?? "").Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
            Assert.That(workers.Append(driver.Id), Is.All.Matches<int>(IsThere));
            Process.Start("kill", ["-INT", "--", $"{(wholeGroup ? -driver.Id : driver.Id)}"])!.WaitForExit();
            Assert.That(driver.WaitForExit(soon), "the driver ends");
            Assert.That(driver.ExitCode, Is.EqualTo(Interrupted));
            Assert.That(() => workers.Count(IsThere), Is.Zero.After((int)soon.TotalMilliseconds, 50), "workers end");
        }
        finally
        {
            foreach (var left in workers.Append(driver.Id).Where(IsThere)) Process.Start("kill", ["-KILL", $"{left}"])!.WaitForExit();
        }
    }

    /// <summary>In a process of its own: trains until it is ended, and says which processes work for it.</summary>
    internal static int TrainInChild()
    {
        using var zoo = ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1, CheckpointEvery = 4 });
        ProcessTests.Train(zoo, "mlp", int.MaxValue, new Disturber(5, () => Console.WriteLine(string.Join(' ', ProcessTests.Processes(zoo).Select(p => p.Id)))));
        return 0;
    }

    /// <summary>Whether a process runs; one that ended and that nobody has asked after does not.</summary>
    static bool IsThere(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
