using System.Globalization;
using System.Text;
using ScottPlot;
using SkiaSharp;
using Zoo.Keras.Charts;
using Zoo.Spark;

namespace Zoo.Benchmarks.Cluster;

/// <summary>What a network and a machine cost: seconds of a latency, bytes a second of a worker in each direction, seconds of adding a byte.</summary>
internal sealed record Network(double Latency, double Bandwidth, double AddByte);

/// <summary>What a step costs one worker alone: seconds of computing on its share, of updating all weights, bytes of gradients on the wire.</summary>
internal sealed record StepCost(double Compute, double Update, double Bytes, double Fixed = 0);

/// <summary>The cost model of performance.md §3 for slice ownership, checked against real runs, and drawn for machines that are not there.</summary>
internal static class Simulator
{
    /// <summary>Seconds of a step of N workers, nothing overlapped: each direction of the wire carries (N - 1)/N of the bytes; N - 1 slices are added up; 1/N of the weights are updated.</summary>
    internal static double Step(int workers, StepCost cost, Network net) =>
        cost.Fixed + cost.Compute + (workers == 1 ? 0 : 2 * net.Latency + 2 * cost.Bytes * (workers - 1) / (workers * net.Bandwidth) + cost.Bytes * (workers - 1) / workers * net.AddByte) + cost.Update / workers;

    internal static void Run(int rounds)
    {
        const int steps = 10;
        int[] counts = [1, 2, 4, 8];
        var job = ClusterJob.Find("mlp") with { Batch = 512 };
        var bytes = job.Model().Weights.Sum(w => (double)w.Shape.Elements * sizeof(float));
        var cores = Environment.ProcessorCount;
        // everything is there from the beginning and takes turns: what rests costs nothing
        var clusters = Array.ConvertAll(counts, n => ZooContext.Start($"local-processes[{n}]", new() { ThreadsPerWorker = 1 }));
        var groups = counts.Skip(1).ToDictionary(n => n, n => new AllReduceBench.Group(n, signed: false));
        var (models, data) = (Array.ConvertAll(counts, _ => job.Model()), Array.ConvertAll(counts, n => job.Data(2 * n * job.Batch)));
        using ClusterBench.Alone one = new(job, 1), full = new(job, cores);
        var rows = counts.Skip(1).ToDictionary(n => n, _ => new List<(double Measured, double Model)>());
        var slowdowns = new double[rounds];
        for (var turn = 0; turn < 3; turn++)   // what is loaded and compiled at first is not measured
        {
            full.Step(steps);
            one.Step(steps);
            for (var i = 0; i < counts.Length; i++) ClusterJob.Step(models[i], data[i], counts[i] * job.Batch, steps, clusters[i]);
        }
        for (var round = 0; round < rounds; round++)
        {
            slowdowns[round] = full.Step(steps) / one.Step(steps);
            StepCost cost = null!;
            for (var i = 0; i < counts.Length; i++)
            {
                var (n, time) = (counts[i], ClusterJob.Step(models[i], data[i], counts[i] * job.Batch, steps, clusters[i]));
                if (n == 1)
                {
                    var (compute, update) = (clusters[i].PhaseTimes["compute"] / 1e3, clusters[i].PhaseTimes["update"] / 1e3);
                    cost = new(compute, update, bytes, Math.Max(0, time - compute - update));
                    continue;
                }
                var reduced = groups[n].Measure((int)bytes / 4096 * 4096, 3);
                var share = n <= 1 ? 1 : slowdowns[round] * Math.Max(1, (double)n / cores);
                // the driver cuts and sends the samples of all workers
                var model = Step(n, cost with { Compute = cost.Compute * share, Update = cost.Update * share, Fixed = cost.Fixed * n }, new(reduced.Barrier, reduced.Bandwidth, reduced.Add / (bytes / n)));
                rows[n].Add((time, model));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}, {n} processes: {time * 1e3:F1} ms, model {model * 1e3:F1}"));
            }
        }
        foreach (var cluster in clusters) cluster.Dispose();
        foreach (var group in groups.Values) group.Dispose();
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            ## Simulator
            Written by `dotnet run -c Release --project benchmarks -- simulate`. A step of N workers costs, by performance.md §3, C + 2a + 2P(N-1)/(N B) + g P (N-1)/N + U/N. C and U are those of one worker alone (`local-processes[1]`, one thread); a, B and g
            those of the all-reduce section's method among N processes, so that they hold what sharing cores costs. N processes share {cores} cores: C and U take {Ratio.Middle(slowdowns):F2} times as long where all cores are busy (measured: {cores} processes that train alone at the same time, over one), and N/{cores} times
            that where N is larger. What the driver does (one worker's step less its phases) grows with N. All in turns, {rounds} rounds; medians; difference: that of the rounds' ratios. The MLP, {job.Batch} samples a worker.

            | N | measured ms | model ms | model / measured | goal within 15 % |
            |---|---|---|---|---|

            """));
        foreach (var (n, seen) in rows)
        {
            var ratio = Ratio.Of([.. seen.Select(s => s.Model)], [.. seen.Select(s => s.Measured)]);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {n} | {Ratio.Middle([.. seen.Select(s => s.Measured)]) * 1e3:F1} | {Ratio.Middle([.. seen.Select(s => s.Model)]) * 1e3:F1} | {ratio} | {(Math.Abs(ratio.Median - 1) <= 0.15 ? "met" : "**missed**")} |");
        }
        var file = Path.Combine(Sections.Root(), "docs", "inception-scaling.png");
        Draw(file);
        text.AppendLine().AppendLine("![Inception-v1 by the model](inception-scaling.png)").AppendLine()
            .AppendLine("Inception-v1 (7.0 M weights) on 10 GbE by the same model: C = 0.35 s, U = 10 ms, a = 50 µs, B = 1.17 GB/s, g = 0.1 ns a byte, which are assumptions (performance.md §3), not measurements. Published: BigDL (SoCC 2019), 5.3 times from 16 to 96 nodes.");
        Sections.Put(text.ToString());
    }

    static void Draw(string file)
    {
        Network ethernet = new(50e-6, 1.17e9, 1e-10);
        var nodes = Enumerable.Range(0, 9).Select(i => 1 << i).ToArray();
        (string Name, Coordinates[] Points)[] curves =
        [
            ("ideal", [.. nodes.Select(n => new Coordinates(n, n))]),
            ("model, float32 on the wire", Speedup(28e6)),
            ("model, bfloat16 on the wire", Speedup(14e6)),
            ("published, 16 to 96 nodes", [new(16, 16), new(96, 16 * 5.3)]),
        ];
        using var bitmap = new SKBitmap(900, 600);
        using SKCanvas canvas = new(bitmap);
        using var plot = new Plot();
        foreach (var (name, points) in curves)
        {
            var line = plot.Add.Scatter(points);
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 2, 7);
        }
        plot.HideLegend();
        plot.Layout.Fixed(new PixelPadding(70, 20, 50, 30));
        plot.Axes.Left.TickLabelStyle.IsVisible = plot.Axes.Bottom.TickLabelStyle.IsVisible = false;
        plot.Render(canvas, new PixelRect(0, 900, 600, 0));
        using Lettering letters = new(13);
        var at = plot.RenderManager.LastRender;
        for (var n = 0; n <= 256; n += 64)
        {
            letters.Center(canvas, $"{n}", plot.GetPixel(new Coordinates(n, 0)).X, at.DataRect.Bottom + 20, 80, SKColors.Black);
            letters.Draw(canvas, $"{n}", at.DataRect.Left - 40, plot.GetPixel(new Coordinates(0, n)).Y + 5, SKColors.Black);
        }
        letters.Center(canvas, "nodes", 450, 590, 300, SKColors.Black);
        letters.Draw(canvas, "times one node: Inception-v1, 10 GbE", 80, 22, SKColors.Black);
        var scatters = plot.GetPlottables<ScottPlot.Plottables.Scatter>().ToArray();
        for (var i = 0; i < curves.Length; i++) letters.Draw(canvas, curves[i].Name, 100, 60 + 22 * i, new(scatters[i].Color.R, scatters[i].Color.G, scatters[i].Color.B));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(file, png.ToArray());

        Coordinates[] Speedup(double bytes)
        {
            StepCost cost = new(0.35, 0.01, bytes);
            return [.. nodes.Select(n => new Coordinates(n, n * Step(1, cost, ethernet) / Step(n, cost, ethernet)))];
        }
    }
}
