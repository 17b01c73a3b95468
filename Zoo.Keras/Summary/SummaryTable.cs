using System.Globalization;
using Spectre.Console;

namespace Zoo.Keras.Summary;

/// <summary>A model as a table, with Keras' columns.</summary>
internal static class SummaryTable
{
    /// <summary>Wide enough for any name: files have no width.</summary>
    const int Unlimited = 500;

    internal static void Write(Model model, TextWriter? to, bool expandNested, bool showTrainable)
    {
        var console = to is null ? AnsiConsole.Create(new())
            : AnsiConsole.Create(new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(to), Enrichment = new() { UseDefaultEnrichers = false } });
        if (!console.Profile.Out.IsTerminal) console.Profile.Width = Unlimited;
        SummaryRow[] rows = [.. SummaryRow.Of(model, expandNested)];
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]Model: {model.Name}[/]");
        console.Write(Table(rows, showTrainable, Branches(rows)));
        Totals(console, model, rows.Any(r => r.Parameters is null));
    }

    static Table Table(SummaryRow[] rows, bool showTrainable, bool showInputs)
    {
        var table = new Table { Border = TableBorder.HeavyHead };
        table.AddColumns(new TableColumn("Layer (type)"), new("Output shape"), new("Param #") { Alignment = Justify.Right });
        if (showInputs) table.AddColumn("Connected to");
        if (showTrainable) table.AddColumn(new TableColumn("Trainable") { Alignment = Justify.Center });
        foreach (var row in rows)
        {
            List<string> cells = [(row.Depth == 0 ? "" : new string(' ', 3 * row.Depth - 2) + "└ ") + row.Name, row.Shape, row.Parameters is { } n ? Text($"{n:N0}") : "0 (unbuilt)"];
            if (showInputs) cells.Add(string.Join(", ", row.Inputs));
            if (showTrainable) cells.Add(row.Trainable switch { true => "yes", false => "no", null => "-" });
            table.AddRow(cells.Select(c => new Markup(Markup.Escape(c))));
        }
        return table;
    }

    /// <summary>Whether the model is more than layers in a row.</summary>
    static bool Branches(SummaryRow[] rows)
    {
        var sources = rows.Where(r => r.Depth == 0).SelectMany(r => r.Inputs).ToArray();
        return rows.Any(r => r.Inputs.Length > 1) || sources.Distinct().Count() < sources.Length;
    }

    static void Totals(IAnsiConsole console, Model model, bool unbuilt)
    {
        var trainable = model.TrainableWeights.ToHashSet();
        Line("Total params", model.Weights);
        Line("Trainable params", model.Weights.Where(trainable.Contains));
        Line("Non-trainable params", model.Weights.Where(w => !trainable.Contains(w)));
        if (unbuilt) console.WriteLine("Not all weights are made yet: give the first layer an InputShape, or call Fit or Predict with data.");

        void Line(string what, IEnumerable<Parameter> weights)
        {
            long count = 0, bytes = 0;
            foreach (var w in weights) (count, bytes) = (count + w.Shape.Elements, bytes + w.Shape.Elements * w.DType.Size());
            console.WriteLine(Text($"{what}: {count:N0} ({Size(bytes)})"));
        }
    }

    /// <summary>Bytes in the largest unit of which there is at least one.</summary>
    internal static string Size(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        var unit = 0;
        var size = (double)bytes;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return Text($"{size:F2} {units[unit]}");
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
