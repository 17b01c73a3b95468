using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zoo.Keras;
using Zoo.Spark;

namespace Zoo.Benchmarks.Cluster;

/// <summary>A long run by a cluster: memory, handles, sockets and threads of this process stay as they are.</summary>
internal static class ClusterSoak
{
    internal static void Run(string master, int steps)
    {
        var job = ClusterJob.Find("mlp");
        var (model, data) = (job.Model(), job.Data(1280));
        using var zoo = ZooContext.Start(master, new() { ThreadsPerWorker = 1 });
        Watch watch = new(steps);
        model.Fit(data.X, data.Y, batchSize: 128, epochs: int.MaxValue, verbose: 0, callbacks: [watch], trainer: zoo, endTrigger: Trigger.MaxIteration(steps));
        var (first, last) = (watch.Seen[0], watch.Seen[^1]);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            ## Soak of a cluster
            Written by `dotnet run -c Release --project benchmarks -- soak-cluster`: {steps} steps of the MLP 784-512-512-10 on `{master}`, batch 128, data of ten batches; this process, after a fifth of the steps and at the end. Handles: files, sockets and pipes, libraries aside.

            | | after {first.Step} steps | after {last.Step} | |
            |---|---|---|---|

            """));
        text.AppendLine(CultureInfo.InvariantCulture, $"| resident memory, least squares | | {watch.Slope():F3} KB a step | {(watch.Slope() < 1 ? "met" : "**missed**")} |");
        Same("open handles", first.Handles, last.Handles);
        Same("sockets", first.Sockets, last.Sockets);
        Same("threads", first.Threads, last.Threads);
        Sections.Put(text.ToString());

        void Same(string what, int before, int after) => text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {before} | {after} | {(after <= before ? "met" : "**missed**")} |");
    }

    sealed class Watch(int steps) : Callback
    {
        int step;

        internal List<(int Step, double Kilobytes, int Handles, int Sockets, int Threads)> Seen { get; } = [];

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            if (++step < steps / 5 || step % 100 != 0) return;
            if (Seen.Count == 0) _ = Look(0);   // looking loads what it needs
            Seen.Add(Look(step));
        }

        /// <summary>Handles are those of other things than libraries, which are mapped when code first needs them.</summary>
        static (int, double, int, int, int) Look(int step)
        {
            using var self = Process.GetCurrentProcess();
            var links = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>().ToArray() : [];
            return (step, self.WorkingSet64 / 1024.0, links.Count(l => !l.EndsWith(".dll", StringComparison.Ordinal) && !l.Contains(".so", StringComparison.Ordinal)), links.Count(l => l.StartsWith("socket:", StringComparison.Ordinal)), self.Threads.Count);
        }

        /// <summary>Kilobytes of resident memory gained a step.</summary>
        internal double Slope()
        {
            var (x, y) = (Seen.Average(s => s.Step), Seen.Average(s => s.Kilobytes));
            return Seen.Sum(s => (s.Step - x) * (s.Kilobytes - y)) / Seen.Sum(s => (s.Step - x) * (s.Step - x));
        }
    }
}
