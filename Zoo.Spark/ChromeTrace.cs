using System.Diagnostics;
using System.Text.Json;
using Zoo.Spark.Training;

namespace Zoo.Spark;

/// <summary>Writes the steps that clusters make while it lives as a trace that Chrome shows (<c>chrome://tracing</c>, Perfetto): a row for the driver, one for each worker with its phases.</summary>
/// <example><code>using (new ChromeTrace("trace.json")) model.Fit(x, y, trainer: zoo);</code></example>
public sealed class ChromeTrace : IDisposable
{
    /// <summary>The most spans that are kept: later ones are left out.</summary>
    const int Most = 1_000_000;

    readonly string path;
    readonly ActivityListener listener;
    readonly List<(string Name, DateTime Start, TimeSpan Length, int? Worker)> spans = [];

    /// <param name="path">The file, written when this is disposed.</param>
    public ChromeTrace(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        this.path = path;
        listener = new()
        {
            ShouldListenTo = source => source.Name == StepSpans.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans)
                    if (spans.Count < Most) spans.Add((span.OperationName, span.StartTimeUtc, span.Duration, (int?)span.GetTagItem(StepSpans.Worker)));
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>Writes the file.</summary>
    public void Dispose()
    {
        listener.Dispose();
        lock (spans)
        {
            var first = spans.Count == 0 ? default : spans.Min(s => s.Start);
            var part = path + ".part";
            using (var file = File.Create(part))
            using (Utf8JsonWriter to = new(file))
            {
                to.WriteStartObject();
                to.WriteStartArray("traceEvents");
                foreach (var row in spans.Select(s => s.Worker).Distinct().Order())
                {
                    Begin("thread_name", "M", row);
                    to.WriteStartObject("args");
                    to.WriteString("name", row is { } rank ? $"worker {rank}" : "steps");
                    to.WriteEndObject();
                    to.WriteEndObject();
                }
                foreach (var (name, start, length, worker) in spans)
                {
                    Begin(name, "X", worker);
                    to.WriteNumber("ts", (start - first).TotalMicroseconds);
                    to.WriteNumber("dur", length.TotalMicroseconds);
                    to.WriteEndObject();
                }
                to.WriteEndArray();
                to.WriteEndObject();

                void Begin(string name, string kind, int? row)
                {
                    to.WriteStartObject();
                    to.WriteString("name", name);
                    to.WriteString("ph", kind);
                    to.WriteNumber("pid", 1);
                    to.WriteNumber("tid", row + 1 ?? 0);
                }
            }
            File.Move(part, path, overwrite: true);
        }
    }
}
