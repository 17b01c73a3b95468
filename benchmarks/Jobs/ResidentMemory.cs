namespace Zoo.Benchmarks.Jobs;

/// <summary>The largest resident memory of this process, as Linux counts it.</summary>
internal static class ResidentMemory
{
    /// <summary>Counts anew from what is resident now, without garbage.</summary>
    internal static void Forget()
    {
        GC.Collect(2, GCCollectionMode.Aggressive);
        if (File.Exists("/proc/self/clear_refs")) File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>In MB; 0 where it is not known.</summary>
    internal static double Largest() => File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith("VmHWM", StringComparison.Ordinal)) is { } line
        ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024 / 1e6 : 0;
}
