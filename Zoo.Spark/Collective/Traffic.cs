namespace Zoo.Spark.Collective;

/// <summary>Takes a part of what a worker sent: the same place of all workers' messages in the order of their ranks, then the next place.</summary>
internal delegate void Receiver(int from, int offset, ReadOnlySpan<byte> part);

/// <summary>What one call of all workers sends and receives: to each its array (null or empty: nothing), of each as many bytes as given. Messages travel in blocks, so that what came lies in the cache when it is used.</summary>
/// <param name="What">The call, in messages.</param>
/// <param name="Outgoing">For each worker; the entry of this one itself is received too.</param>
/// <param name="Incoming">Bytes of each.</param>
internal sealed record Traffic(string What, NDArray?[] Outgoing, int[] Incoming)
{
    /// <summary>Takes what comes.</summary>
    internal Receiver? Receive { get; init; }

    /// <summary>Where what comes from a worker shall lie, in place of <see cref="Receive"/>.</summary>
    internal NDArray?[]? Into { get; init; }

    /// <summary>Bytes of a block that goes out; frames by default.</summary>
    internal int Step { get; init; } = Frame.Most;

    /// <summary>Bytes of a block of what each worker sends, this one itself too; frames by default.</summary>
    internal int[]? Steps { get; init; }

    /// <summary>The number of blocks of the longest message.</summary>
    internal int Rounds => Math.Max(Outgoing.Max(message => Blocks(Length(message), Step)), Incoming.Select((bytes, from) => Blocks(bytes, StepOf(from))).Max());

    /// <summary>The block of what goes to a worker, in a round; empty after the end.</summary>
    internal (int At, int Length) To(int worker, int round) => Block(Length(Outgoing[worker]), Step, round);

    /// <summary>The block of what comes from a worker.</summary>
    internal (int At, int Length) From(int worker, int round) => Block(Incoming[worker], StepOf(worker), round);

    internal static int Length(NDArray? message) => message is null ? 0 : message.Count * message.DType.Size();

    int StepOf(int worker) => Steps is null ? Frame.Most : Steps[worker];

    static int Blocks(int bytes, int step) => bytes == 0 ? 0 : (bytes - 1) / step + 1;

    static (int, int) Block(int bytes, int step, int round) => round < Blocks(bytes, step) ? (round * step, Math.Min(step, bytes - round * step)) : (0, 0);
}
