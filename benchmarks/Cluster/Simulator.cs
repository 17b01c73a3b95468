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
        var job = ClusterJob.Find("mlp");
        const int batch = 512;
        var bytes = job.Model().Weights.Sum(w => (double)w.Shape.Elements * sizeof(float));
        var cores = Environment.ProcessorCount;
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            ## Simulator
            Written by `dotnet run -c Release --project benchmarks -- simulate`. A step of N workers costs, by performance.md §3, C + 2a + 2P(N-1)/(N B) + g P (N-1)/N + U/N. a, B and g are those of the all-reduce section's method,
            measured for each N in this run; C and U those of one worker alone (`local-processes[1]`, one thread). N processes share {cores} cores, so C and U take N/{cores} times as long where N is larger. The MLP, {batch} samples a worker.

            | N | measured ms | model ms | difference | goal 15 % |
            |---|---|---|---|---|

            """));
        StepCost? one = null;
        foreach (var n in (int[])[1, 2, 4, 8])
        {
            double[] times = new double[rounds], computes = new double[rounds], updates = new double[rounds];
            var model = job.Model();
            var data = job.Data(2 * n * batch);
            using (var zoo = ZooContext.Start($"local-processes[{n}]", new() { ThreadsPerWorker = 1 }))
                for (var i = 0; i < rounds; i++)
                {
                    times[i] = ClusterJob.Step(model, data, n * batch, 20, zoo);
                    (computes[i], updates[i]) = (zoo.PhaseTimes["compute"] / 1e3, zoo.PhaseTimes["update"] / 1e3);
                }
            var time = Ratio.Middle(times);
            if (one is null)
            {
                one = new(Ratio.Middle(computes), Ratio.Middle(updates), bytes, time - Ratio.Middle(computes) - Ratio.Middle(updates));
                continue;
            }
            var reduced = AllReduceBench.Measure(n, [(int)bytes / 4096 * 4096], 20)[0];
            var share = Math.Max(1, (double)n / cores);
            // what the driver does for each worker's samples
            var model0 = Step(n, one with { Compute = one.Compute * share, Update = one.Update * share, Fixed = one.Fixed * n }, new(reduced.Barrier, reduced.Bandwidth, reduced.Add / (bytes / n)));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {n} | {time * 1e3:F1} | {model0 * 1e3:F1} | {model0 / time - 1:+0%;-0%} | {(Math.Abs(model0 / time - 1) <= 0.15 ? "met" : "**missed**")} |");
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
