using System.Globalization;

namespace Zoo.Tests;

/// <summary>Totals of suites of many cases, appended as <c>suite,name,passed,total</c> to the file that <c>ZOO_REPORT</c> names.</summary>
static class Report
{
    static readonly Lock gate = new();

    /// <summary>Adds one line; does nothing where no file is named.</summary>
    public static void Add(string suite, string name, int passed, int total)
    {
        if (Environment.GetEnvironmentVariable("ZOO_REPORT") is not { Length: > 0 } path) return;
        lock (gate) File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{suite},{name},{passed},{total}\n"));
    }
}
