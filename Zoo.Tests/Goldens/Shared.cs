using System.IO.Compression;
using NUnit.Framework;

namespace Zoo.Tests.Goldens;

/// <summary>
/// The reference files beside the solution: <c>ZOO_SHARED</c>, by default <c>../shared</c> from it; its goldens and models may be named apart by
/// <c>ZOO_GOLDENS</c> and <c>ZOO_MODELS</c>. Where they are absent a test is skipped with that reason; with <c>CI=true</c> those fail whose category
/// (<c>Engines</c>, <c>Goldens</c>, <c>Models</c>) says that they are nothing without.
/// </summary>
static class Shared
{
    /// <summary>The folder of reference files; null where there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The path of a reference file.</summary>
    public static string File(string path)
    {
        var file = Locate(path);
        if (!Path.Exists(file)) Missing($"{path} is not among the reference files: set ZOO_SHARED to their folder.");
        return file!;
    }

    static string? Locate(string path)
    {
        var (first, rest) = path.Split('/', 2) is [var a, var b] ? (a, b) : (path, "");
        var named = first switch { "goldens" => Environment.GetEnvironmentVariable("ZOO_GOLDENS"), "models" => Environment.GetEnvironmentVariable("ZOO_MODELS"), _ => null };
        return !string.IsNullOrEmpty(named) ? Path.Combine(named, rest) : Folder is null ? null : Path.Combine(Folder, path);
    }

    /// <summary>Whether a reference file is there: for lists of test cases, which are made before any test runs.</summary>
    public static bool Has(string path) => Path.Exists(Locate(path));

    /// <summary>Skips the test, or fails it where what it needs must be there.</summary>
    public static void Missing(string reason)
    {
        if (MustBeThere(Environment.GetEnvironmentVariable("CI"), TestContext.CurrentContext.Test.AllCategories())) Assert.Fail(reason);
        Assert.Ignore(reason);
    }

    public static bool MustBeThere(string? ci, IEnumerable<string> categories) => ci == "true" && categories.Any(c => c is "Engines" or "Goldens" or "Models");

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ZOO_SHARED") is { Length: > 0 } set) return set;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Zoo.Keras.sln")) && Path.Combine(folder.Parent?.FullName ?? "", "shared") is var shared && Directory.Exists(shared)) return shared;
        return null;
    }

    /// <summary>The names of the entries of a golden archive such as <c>goldens/models/models.zip</c> that end so.</summary>
    public static List<string> Entries(string archive, string ending)
    {
        using var zip = ZipFile.OpenRead(File(archive));
        return [.. zip.Entries.Select(e => e.FullName).Where(n => n.EndsWith(ending, StringComparison.Ordinal))];
    }

    /// <summary>One entry of a golden archive.</summary>
    public static byte[] Entry(string archive, string name)
    {
        using var zip = ZipFile.OpenRead(File(archive));
        return Bytes(zip.GetEntry(name) ?? throw new FileNotFoundException(name));
    }

    /// <summary>The entry of a zip file in memory, for <c>.keras</c> files inside golden archives.</summary>
    public static byte[] Inner(byte[] archive, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        return Bytes(zip.GetEntry(name) ?? throw new FileNotFoundException(name));
    }

    static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
