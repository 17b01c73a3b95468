namespace Zoo.Benchmarks.Cluster;

/// <summary>Sections of docs/benchmarks.md that runs of their own write; each begins with its heading.</summary>
internal static class Sections
{
    static readonly string[] others = ["## All-reduce", "## Soak of a cluster", "## Training by a cluster", "## Simulator", "## An LSTM forward and backward", "## Caffe"];

    /// <summary>Writes one into the page.</summary>
    internal static void Put(string section)
    {
        var page = Path.Combine(Root(), "docs", "benchmarks.md");
        File.WriteAllText(page, Report.Into(File.ReadAllText(page), section));
        Console.WriteLine(section);
        Console.WriteLine(page);
    }

    /// <summary>A report with these sections of the page before it.</summary>
    internal static string Carried(string before, string report)
    {
        foreach (var heading in others)
            if (Find(before, heading) is var (from, to)) report = Report.Into(report, before[from..to]);
        return report;
    }

    static (int From, int To)? Find(string report, string heading)
    {
        var at = report.IndexOf("\n" + heading + "\n", StringComparison.Ordinal);
        if (at < 0) return null;
        var end = report.IndexOf("\n## ", at + 1, StringComparison.Ordinal);
        return (at + 1, end < 0 ? report.Length : end + 1);
    }

    internal static string Root()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Zoo.Keras.sln"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }
}
