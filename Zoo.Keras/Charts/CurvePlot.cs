using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Zoo.Keras.Charts;

/// <summary>Curves over epochs, drawn by ScottPlot.</summary>
internal static class CurvePlot
{
    internal static void Draw(SKCanvas canvas, int width, int height, (string Name, IReadOnlyList<double> Values)[] curves, bool useFonts = true)
    {
        if (curves.Length == 0) throw new ArgumentException("Picture.Curve: the history holds no epoch. Expected the history of a Fit of at least one epoch.");
        var losses = curves.Where(c => IsLoss(c.Name)).ToArray();
        (string Name, IReadOnlyList<double> Values)[][] halves = [losses, [.. curves.Except(losses)]];
        halves = [.. halves.Where(h => h.Length > 0)];
        for (var i = 0; i < halves.Length; i++)
            Half(canvas, new(i * (float)width / halves.Length, (i + 1) * (float)width / halves.Length, height, 0), halves[i], useFonts && Lettering.HasFonts);
    }

    static bool IsLoss(string name) => name is "loss" or "val_loss" || name.EndsWith("_loss", StringComparison.Ordinal);

    static void Half(SKCanvas canvas, PixelRect place, (string Name, IReadOnlyList<double> Values)[] curves, bool fonts)
    {
        using var plot = new Plot();
        var colors = new Dictionary<string, Color>();
        foreach (var (name, values) in curves)
        {
            // a curve and that of its validation share a colour
            var about = name.StartsWith("val_", StringComparison.Ordinal) ? name[4..] : name;
            if (!colors.TryGetValue(about, out var color)) colors[about] = color = plot.Add.Palette.GetColor(colors.Count);
            // numbers that are none would leave the axes without limits
            var points = values.Select((v, i) => new Coordinates(i + 1, v)).Where(p => double.IsFinite(p.Y)).ToArray();
            var line = plot.Add.Scatter(points);
            (line.LegendText, line.Color, line.LineWidth, line.MarkerSize) = (name, color, 2, points.Length > 40 ? 0 : 5);
            if (about != name) (line.LinePattern, line.MarkerShape) = (LinePattern.Dashed, MarkerShape.OpenCircle);
        }
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        if (fonts)
        {
            plot.XLabel("epoch");
            plot.ShowLegend(Edge.Top);
        }
        else
        {
            plot.HideLegend();
            plot.Axes.Left.TickLabelStyle.IsVisible = plot.Axes.Bottom.TickLabelStyle.IsVisible = false;
            plot.Layout.Fixed(new PixelPadding(60, 10, 45, 20 + 16 * curves.Length));
        }
        // ScottPlot clears the canvas
        canvas.Save();
        canvas.ClipRect(SKRect.Create(place.Left, 0, place.Width, place.Height));
        plot.Render(canvas, place);
        if (!fonts) Dots(canvas, plot, place, [.. curves.Select(c => c.Name)]);
        canvas.Restore();
    }

    /// <summary>What ScottPlot cannot write without a font: names and the numbers of the axes.</summary>
    static void Dots(SKCanvas canvas, Plot plot, PixelRect place, string[] names)
    {
        using var letters = new Lettering(12, useFonts: false);
        var lines = plot.GetPlottables<ScottPlot.Plottables.Scatter>().Select(l => new SKColor(l.Color.R, l.Color.G, l.Color.B)).ToArray();
        for (var i = 0; i < names.Length; i++)
            letters.Draw(canvas, (names[i].StartsWith("val_", StringComparison.Ordinal) ? "- - " : "--- ") + names[i], place.Left + 70, 18 + 16 * i, lines[i]);
        var limits = plot.Axes.GetLimits();
        foreach (var tick in plot.Axes.Left.TickGenerator.Ticks.Where(t => t.IsMajor))
            letters.Draw(canvas, tick.Label, place.Left + 52 - letters.Measure(tick.Label), plot.GetPixel(new Coordinates(limits.Left, tick.Position)).Y + 4, SKColors.Black);
        foreach (var tick in plot.Axes.Bottom.TickGenerator.Ticks.Where(t => t.IsMajor))
            letters.Center(canvas, tick.Label, plot.GetPixel(new Coordinates(tick.Position, limits.Bottom)).X, place.Bottom - 26, 60, SKColors.Black);
        letters.Center(canvas, "epoch", place.Left + place.Width / 2, place.Bottom - 8, place.Width, SKColors.Black);
    }
}
