using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks;

/// <summary>Where the time of one step goes.</summary>
internal static class Profile
{
    internal static void Run(Job job, int steps)
    {
        using var session = (TorchSession)new TorchEngine().Compile(job.Step);
        var feeds = job.Batch(128);
        var fetched = new NDArray?[1];
        for (var i = 0; i < 50; i++) session.Run(feeds, fetched);
        var times = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            session.Run(feeds, fetched);
            times[i] = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(times);
        Console.WriteLine($"{job.Name}: median {times[steps / 2]:F3} ms, lowest {times[0]:F3}, loss {fetched[0]!.ToNumber():F4}");
        var trace = session.Trace = new PlanTrace();
        for (var i = 0; i < steps; i++) session.Run(feeds, fetched);
        Console.WriteLine(trace.ToString());
    }
}
