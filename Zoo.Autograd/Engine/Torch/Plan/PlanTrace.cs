using System.Globalization;
using System.Text;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Where the time of runs goes: for each step of a plan what it computes, how long it took and how many bytes it touched. A run that is traced is a little slower.</summary>
internal sealed class PlanTrace
{
    readonly Lock gate = new();
    readonly Dictionary<Step, Entry> entries = [];
    readonly List<Step> order = [];

    /// <summary>The sums of one step over all traced runs.</summary>
    internal sealed class Entry
    {
        internal int Runs { get; set; }
        internal TimeSpan Time { get; set; }
        /// <summary>When its last run began (<see cref="System.Diagnostics.Stopwatch"/>).</summary>
        internal long Began { get; set; }
        /// <summary>The shortest run: what is left where other programs disturb.</summary>
        internal TimeSpan Best { get; set; } = TimeSpan.MaxValue;
        /// <summary>Bytes read and written by one run.</summary>
        internal long Bytes { get; set; }
    }

    /// <summary>The steps in the order of their first run.</summary>
    internal IReadOnlyList<(Step Step, Entry Entry)> Entries
    {
        get { lock (gate) return [.. order.Select(s => (s, entries[s]))]; }
    }

    internal void Add(Step step, long began, TimeSpan time, long bytes)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(step, out var entry))
            {
                entries[step] = entry = new();
                order.Add(step);
            }
            entry.Runs++;
            entry.Began = began;
            entry.Time += time;
            if (time < entry.Best) entry.Best = time;
            entry.Bytes = bytes;
        }
    }

    /// <summary>A table, a line a step: milliseconds of a run on average and at best, megabytes, gigabytes a second, what it is.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        double all = 0, best = 0;
        foreach (var (step, entry) in Entries)
        {
            var ms = entry.Time.TotalMilliseconds / entry.Runs;
            var low = entry.Best.TotalMilliseconds;
            (all, best) = (all + ms, best + low);
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"{ms,8:F3} ms {low,8:F3} ms {entry.Bytes / 1e6,8:F2} MB {entry.Bytes / 1e6 / low,6:F1} GB/s  {step.Kind,-14} {step.Label}"));
        }
        return text.Append(string.Create(CultureInfo.InvariantCulture, $"{all,8:F3} ms {best,8:F3} ms")).ToString();
    }
}
