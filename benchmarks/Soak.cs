using System.Security.Cryptography;
using Zoo.Benchmarks.Jobs;

namespace Zoo.Benchmarks;

/// <summary>Long runs: does memory grow, does the collector work, do the bits repeat.</summary>
internal static class Soak
{
    /// <summary>(kilobytes of resident memory gained a step after the first fifth, full collections a thousand steps, managed bytes a step).</summary>
    internal static double[] Run(IPeer peer, int steps)
    {
        for (var i = 0; i < steps / 5; i++) peer.Step();
        var samples = new List<(double Step, double Kilobytes)>(steps / 50);
        var (collections, bytes) = (GC.CollectionCount(2), GC.GetTotalAllocatedBytes(precise: true));
        var rest = steps - steps / 5;
        for (var i = 0; i < rest; i++)
        {
            peer.Step();
            if (i % 100 == 99) samples.Add((i, Resident()));
        }
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var (meanX, meanY) = (samples.Average(s => s.Step), samples.Average(s => s.Kilobytes));
        var slope = samples.Sum(s => (s.Step - meanX) * (s.Kilobytes - meanY)) / samples.Sum(s => (s.Step - meanX) * (s.Step - meanX));
        return [slope, (GC.CollectionCount(2) - collections) * 1000.0 / rest, bytes / (double)rest];
    }

    /// <summary>The first bits of a hash of all weights after so many steps.</summary>
    internal static double Bits(EmbeddedPeer peer, int steps)
    {
        for (var i = 0; i < steps; i++) peer.Step();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var w in peer.Model.Weights) hash.AppendData(w.Value.Bytes);
        return BitConverter.ToInt64(hash.GetHashAndReset()) >> 12;
    }

    static double Resident()
    {
        Span<byte> text = stackalloc byte[128];
        using var file = File.OpenHandle("/proc/self/statm");
        var fields = System.Text.Encoding.ASCII.GetString(text[..RandomAccess.Read(file, text, 0)]).Split(' ');
        return double.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture) * Environment.SystemPageSize / 1024;
    }
}
