using System.Text;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Benchmarks.Jobs;

namespace Zoo.Benchmarks;

/// <summary>Where the time of one step goes.</summary>
internal static class Profile
{
    internal static string Run(string name, int threads, int steps, bool all)
    {
        TorchThreads.Count = threads;
        var (program, feeds) = LstmJob.Jobs.ContainsKey(name) && LstmJob.Named(name) is var recurrence ? (recurrence.Program, [recurrence.X]) : Job.Find(name) is var job ? (Job.Step(job.Model()), job.Feeds(job.Batch)) : default;
        using var session = (TorchSession)new TorchEngine().Compile(program);
        var fetched = new NDArray?[program.Fetches.Length];
        for (var i = 0; i < 50; i++) session.Run(feeds, fetched);
        session.Trace = new PlanTrace();
        for (var i = 0; i < steps; i++) session.Run(feeds, fetched);
        var text = new StringBuilder($"\n{name}, {threads} thread{(threads == 1 ? "" : "s")}\n```\n");
        foreach (var line in session.Trace.ToString().Split('\n'))
            if (all || !line.Contains("ms    0.00", StringComparison.Ordinal)) text.Append(line.Length > 150 ? line[..150] + "..." : line).Append('\n');
        return text.Append("```").ToString();
    }
}
