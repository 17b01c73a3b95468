using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zoo.Autograd.Engine;
using Zoo.Spark;
using Zoo.Spark.Worker;

namespace Zoo.Benchmarks.Cluster;

/// <summary>What training together costs: two workers of one core each with the collective, beside two that know nothing of each other, in turns.</summary>
internal static class ClusterBench
{
    internal static void Run(string[] jobs, int rounds)
    {
        var text = new StringBuilder("""
            ## Training by a cluster
            Written by `dotnet run -c Release --project benchmarks -- cluster`. *Efficiency*: time of a step of two processes that each train alone, at the same time, over that of `local-processes[2]` with the same batch for each
            worker; one core each, to which they keep (a worker has its share of the processors), in turns; the median of the rounds' ratios with its 95 % interval. The driver's work (the data are cut and sent anew in each step) is within the second.

            | job | batch a worker | two alone ms | two together ms | efficiency | goal | |
            |---|---|---|---|---|---|---|

            """);
        var phases = new StringBuilder("\nWhere a step goes, in ms, means of the last round with its first steps, in which plans are made, of the slower worker: the first six phases follow each other, the next four are parts of what is exchanged in these (or while others are computed), the last two are the driver's. The rest of the step is the driver's loop between them.\n\n");
        foreach (var job in jobs.Select(ClusterJob.Find))
        {
            using var together = ZooContext.Start("local-processes[2]", new() { ThreadsPerWorker = 1 });
            using Alone alone = new(job, 2);
            var (model, data) = (job.Model(), job.Data(4 * job.Batch));
            var (steps, turns) = job.Name == "resnet50" ? (3, Math.Min(rounds, 6)) : (40, rounds);
            var (apart, joint) = (new double[turns], new double[turns]);
            for (var i = 0; i < turns; i++)
            {
                apart[i] = alone.Step(steps);
                joint[i] = ClusterJob.Step(model, data, 2 * job.Batch, steps, together);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{job.Name} round {i}: alone {apart[i] * 1e3:F2} ms, together {joint[i] * 1e3:F2} ms"));
            }
            phases.AppendLine(CultureInfo.InvariantCulture, $"- {job.Name}: {string.Join(", ", together.PhaseTimes.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} {p.Value:F3}")))}");
            var efficiency = Ratio.Of(apart, joint);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {job.Name} | {job.Batch} | {Ratio.Middle(apart) * 1e3:F2} | {Ratio.Middle(joint) * 1e3:F2} | {efficiency} | {job.Goal:F2} | {(efficiency.Median >= job.Goal ? "met" : "**missed**")} |");
        }
        text.Append(phases).AppendLine().Append(Overhead(rounds));
        Sections.Put(text.ToString());
    }

    /// <summary>The phases of a step of two threads, each the median of all steps; of the slower of both.</summary>
    static string Overhead(int rounds)
    {
        var lenet = ClusterJob.Find("lenet");
        var (model, data, spans) = (lenet.Model(), lenet.Data(1024), new List<(string Name, int Worker, double Time)>());
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Zoo.Spark",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.GetTagItem("worker") is int worker) spans.Add((span.OperationName, worker, span.Duration.TotalMilliseconds));
            },
        };
        using var zoo = ZooContext.Start("local[2]", new() { ThreadsPerWorker = 1 });
        ClusterJob.Step(model, data, 128, 10, zoo);
        ActivitySource.AddActivityListener(listener);
        ClusterJob.Step(model, data, 128, 40 * rounds, zoo);
        var medians = spans.GroupBy(s => s.Name).ToDictionary(g => g.Key, g => g.GroupBy(s => s.Worker).Max(w => Ratio.Middle([.. w.Select(s => s.Time)])));
        var overhead = medians["put gradient"] + medians["aggregate"] + medians["get weights"];
        return string.Create(CultureInfo.InvariantCulture, $"Phases of a LeNet step of `local[2]`, batch 128, one thread a worker, medians of {40 * rounds} steps in ms, of the slower worker: {string.Join(", ", medians.Select(m => $"{m.Key} {m.Value:F3}"))}. "
            + $"Overhead (put gradient, aggregate, get weights): {overhead:F3} ms, goal below 1 ms: {(overhead < 1 ? "met" : "**missed**")}; with the update, of which each worker makes half and one alone would make all, {overhead + medians["update"]:F3} ms. *wait* is the time for which a worker that computed faster waits for the other.\n");
    }

    /// <summary>The child's side of <see cref="Alone"/>.</summary>
    internal static void Serve(string name, int batch)
    {
        Engines.Threads = 1;
        var job = ClusterJob.Find(name) with { Batch = batch };
        var (model, data) = (job.Model(), job.Data(2 * job.Batch));
        while (Console.ReadLine() is { } steps) Console.WriteLine(ClusterJob.Step(model, data, job.Batch, int.Parse(steps, CultureInfo.InvariantCulture), null).ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>Processes that train at the same time, each alone.</summary>
    internal sealed class Alone : IDisposable
    {
        readonly Process[] processes;

        internal Alone(ClusterJob job, int count) => processes = [.. Enumerable.Range(0, count).Select(rank => Share.Start(new(Environment.ProcessPath!, ["cluster-peer", job.Name, $"{job.Batch}"]) { RedirectStandardInput = true, RedirectStandardOutput = true }, rank, count)!)];

        internal double Step(int steps)
        {
            foreach (var process in processes)
            {
                process.StandardInput.WriteLine(steps.ToString(CultureInfo.InvariantCulture));
                process.StandardInput.Flush();
            }
            return processes.Select(p => double.Parse(p.StandardOutput.ReadLine() ?? throw new InvalidOperationException("benchmarks: a process that trains alone ended."), CultureInfo.InvariantCulture)).ToArray().Max();
        }

        public void Dispose()
        {
            foreach (var process in processes)
            {
                process.StandardInput.Close();
                process.WaitForExit();
                process.Dispose();
            }
        }
    }
}
