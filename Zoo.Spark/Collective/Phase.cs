using System.Diagnostics;

namespace Zoo.Spark.Collective;

/// <summary>Where the time of a training step goes. The first ones follow each other in a worker, as BigDL tells them apart; then parts of what is exchanged in these; then what the driver does.</summary>
internal enum Phase
{
    Compute, Wait, PutGradient, Aggregate, Update, GetWeights,
    /// <summary>Handing to sockets.</summary>
    Send,
    /// <summary>Taking from sockets, with what is waited for within a message.</summary>
    Receive,
    /// <summary>Checksums, and copying into frames.</summary>
    Checksum,
    /// <summary>Adding up what came.</summary>
    Add,
    /// <summary>Commands are written and sent.</summary>
    DriverSend,
    /// <summary>Until all have answered.</summary>
    DriverWait,
}

/// <summary>Times of phases, in ticks of the clock.</summary>
internal readonly record struct Phases(long[] Ticks)
{
    /// <summary>The names of all, by number: <c>put gradient</c>.</summary>
    internal static readonly string[] Names = [.. Enum.GetNames<Phase>().Select(n => string.Concat(n.Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}")))];

    /// <summary>How many follow each other.</summary>
    internal const int InTurn = (int)Phase.GetWeights + 1;

    /// <summary>Of a step that was made elsewhere: of none, if it was no step.</summary>
    internal long this[int phase] => Ticks is null ? 0 : Ticks[phase];
}

/// <summary>Adds up times of phases.</summary>
internal sealed class Tally
{
    internal long[] Ticks { get; } = new long[Phases.Names.Length];

    /// <summary>Counts the time since then for a phase; gives the time of now.</summary>
    internal long Lap(Phase phase, long since)
    {
        var now = Stopwatch.GetTimestamp();
        Ticks[(int)phase] += now - since;
        return now;
    }

    /// <summary>What was added since it stood so.</summary>
    internal long[] Since(long[] before) => [.. Ticks.Zip(before, (now, then) => now - then)];
}
