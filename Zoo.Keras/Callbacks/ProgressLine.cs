using System.Globalization;
using Spectre.Console;

namespace Zoo.Keras;

/// <summary>A line of a terminal that is drawn again and again, or plain lines where there is no terminal.</summary>
internal sealed class ProgressLine(IAnsiConsole console)
{
    const int LongestBar = 30, ShortestBar = 6, Narrowest = 20;

    bool drawn;

    /// <summary>Whether the line can be drawn over.</summary>
    internal bool CanMove => console.Profile.Capabilities is { Ansi: true, Interactive: true } && console.Profile.Out.IsTerminal && console.Profile.Width >= Narrowest;

    /// <summary>The line while an epoch runs.</summary>
    internal void Redraw(string title, int done, int? steps, (double Value, string Unit) rate, TimeSpan? left, IReadOnlyDictionary<string, double> logs)
    {
        var count = steps is { } all ? Text($"{done}/{all}") : Text($"{done}");
        var rest = Join([count, .. Values(logs), Text($"{rate.Value:F0} {rate.Unit}"), left is { } time ? Duration(time) + " left" : ""]);
        // one column stays free: terminals wrap when the last one is written
        var room = console.Profile.Width - 1;
        var head = title.Length == 0 ? "" : title + "  ";
        var bar = steps is null ? 0 : Math.Min(LongestBar, room - head.Length - rest.Length - 2);
        Clear();
        if (bar >= ShortestBar)
        {
            var full = (int)Math.Round((double)bar * Math.Min(done, steps!.Value) / steps.Value);
            var (filled, empty) = console.Profile.Capabilities.Unicode ? ('━', '─') : ('#', '.');
            console.Write(new Markup($"{Markup.Escape(head)}[green]{new string(filled, full)}[/][grey]{new string(empty, bar - full)}[/]  {Markup.Escape(rest)}"));
        }
        else console.Write(new Markup(Markup.Escape(Cut(head + rest, room))));
        drawn = true;
    }

    /// <summary>The line of an epoch that has ended; it stays.</summary>
    internal void Finish(string title, int done, TimeSpan time, (double Value, string Unit) rate, IReadOnlyDictionary<string, double> logs)
    {
        Clear();
        // not through the console's layout: it would wrap long lines of a log file
        console.Profile.Out.Writer.WriteLine(Join([title, Text($"{done} {(done == 1 ? "step" : "steps")}"), Text($"{time.TotalSeconds:F1} s"), Text($"{rate.Value:F0} {rate.Unit}"), .. Values(logs)]));
        console.Profile.Out.Writer.Flush();
    }

    /// <summary>Takes the moving line away.</summary>
    internal void Clear()
    {
        if (drawn) console.Write(new ControlCode("\r\u001b[2K"));
        drawn = false;
    }

    static IEnumerable<string> Values(IReadOnlyDictionary<string, double> logs) => logs.Select(v => $"{v.Key} {Number(v.Value)}");

    static string Join(IEnumerable<string> parts) => string.Join("  ", parts.Where(p => p.Length > 0));

    static string Cut(string text, int width) => text.Length <= width ? text : width <= 1 ? "" : text[..(width - 1)] + "…";

    /// <summary>Four decimals, or three digits where these would show none.</summary>
    internal static string Number(double value) => value == 0 || Math.Abs(value) >= 1e-3 ? Text($"{value:F4}") : Text($"{value:0.00e-00}");

    internal static string Duration(TimeSpan time) => time.TotalHours >= 1 ? Text($"{(int)time.TotalHours}:{time:mm\\:ss}") : Text($"{time:m\\:ss}");

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
