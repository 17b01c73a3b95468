namespace Zoo.Keras.Saving;

/// <summary>Writes a file beside its place and renames it when it is whole, so that a failure leaves the old file as it was.</summary>
static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string? temporary = null;
        try
        {
            var target = Path.GetFullPath(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
            temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(temporary, File.GetUnixFileMode(target));
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e)
        {
            Remove(temporary);
            // .NET reports the errno "file too large" as an argument out of range.
            if (e is not (IOException or UnauthorizedAccessException or NotSupportedException or ArgumentOutOfRangeException) || e is ModelFileException) throw;
            throw new ModelFileException($"Save: '{path}' could not be written: {e.Message} A file that was there before is as it was. Free space or choose another place, then save again.", e);
        }
    }

    /// <summary>The first failure is the one to report; a half file that cannot be removed either must not hide it.</summary>
    static void Remove(string? temporary)
    {
        try
        {
            if (temporary is not null) File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Trace.TraceWarning($"Save: the unfinished file '{temporary}' could not be removed: {e.Message}");
        }
    }
}
