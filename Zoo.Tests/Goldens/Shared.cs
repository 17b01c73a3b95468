using System.IO.Compression;
using NUnit.Framework;

namespace Zoo.Tests.Goldens;

/// <summary>The reference files beside the repository; their folder is named by ZOO_SHARED. Tests that need them are skipped without it.</summary>
static class Shared
{
    public static string File(string path)
    {
        var folder = Environment.GetEnvironmentVariable("ZOO_SHARED");
        if (string.IsNullOrEmpty(folder)) Assert.Ignore("ZOO_SHARED does not name the folder of reference files.");
        return Path.Combine(folder!, path);
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
