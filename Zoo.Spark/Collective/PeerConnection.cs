using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Zoo.Spark.Collective;

/// <summary>An authenticated connection. One thread sends and one receives at a time.</summary>
internal sealed class PeerConnection(Socket socket, Hello hello, Secrets secrets, bool dialled) : IDisposable
{
    const int Around = Frame.HeadSize + Frame.MacSize;

    readonly byte[] going = new byte[Around + Frame.Most], coming = new byte[Around + Frame.Most];
    readonly IncrementalHash? sign = hello.Signed ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.MacKey) : null, verify = hello.Signed ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.MacKey) : null;
    readonly int macSize = hello.Signed ? Frame.MacSize : 0;
    // Each direction counts in numbers of its own, so that no frame can be sent back.
    ulong sent = dialled ? 0 : 1UL << 63, received = dialled ? 1UL << 63 : 0;

    internal Hello Hello => hello;

    internal string Host { get; } = $"{socket.RemoteEndPoint}";

    /// <summary>Bytes that can be sent while nobody receives: half of what the system says it has, for the rest is its own bookkeeping.</summary>
    internal int Buffer { get; } = socket.SendBufferSize / 2;

    /// <summary>Where the time of this connection is counted.</summary>
    internal Tally Tally { get; set; } = new();

    /// <summary>Sends in frames, each in one piece with its head: the other side wakes once for both.</summary>
    internal void Send(uint tag, ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        do
        {
            var length = Math.Min(bytes.Length, Frame.Most);
            var whole = going.AsSpan(0, Frame.HeadSize + length + macSize);
            Span<byte> head = whole[..Frame.HeadSize], content = whole.Slice(Frame.HeadSize, length);
            var lap = Stopwatch.GetTimestamp();
            bytes[..length].CopyTo(content);
            new Frame(secrets.Session, sent++, tag, length).Write(head, content);
            if (sign is not null) Mac(sign, head, content, whole[^macSize..]);
            lap = Tally.Lap(Phase.Checksum, lap);
            Wire.Send(socket, whole, deadline);
            Tally.Lap(Phase.Send, lap);
            bytes = bytes[length..];
        } while (bytes.Length > 0);
    }

    /// <summary>Waits until something comes, or the connection ends, or the deadline.</summary>
    internal void Await(Deadline deadline) => socket.Poll(deadline.Left, SelectMode.SelectRead);

    /// <summary>Receives what is expected, under a tag or any, where it shall lie; gives the tag.</summary>
    internal uint Receive(uint? tag, Span<byte> into, Deadline deadline)
    {
        while (true)
        {
            var lap = Stopwatch.GetTimestamp();
            var head = coming.AsSpan(0, Frame.HeadSize);
            Wire.Receive(socket, head, deadline);
            var frame = Known(head, tag, into.Length);
            var content = into[..frame.Length];
            Wire.Receive(socket, content, deadline);
            var mac = coming.AsSpan(Frame.HeadSize, macSize);
            Wire.Receive(socket, mac, deadline);
            lap = Tally.Lap(Phase.Receive, lap);
            Prove(head, content, mac);
            Tally.Lap(Phase.Checksum, lap);
            into = into[frame.Length..];
            if (into.Length == 0) return frame.Tag;
            if (frame.Length == 0) throw new InvalidDataException($"nothing came for call {frame.Tag}, expected {into.Length} bytes");
        }
    }

    /// <summary>Receives one frame with as many bytes as are expected under a tag; they stay until the next comes.</summary>
    internal ReadOnlySpan<byte> Receive(uint tag, int length, Deadline deadline)
    {
        var lap = Stopwatch.GetTimestamp();
        var whole = coming.AsSpan(0, Frame.HeadSize + length + macSize);
        Span<byte> head = whole[..Frame.HeadSize], content = whole.Slice(Frame.HeadSize, length);
        var came = Wire.Receive(socket, whole, deadline, least: Frame.HeadSize);
        if (Known(head, tag, length) is { Length: var other } && other != length) throw new InvalidDataException($"a frame of {other} bytes came for call {tag}, expected {length}");
        Wire.Receive(socket, whole[came..], deadline);
        lap = Tally.Lap(Phase.Receive, lap);
        Prove(head, content, whole[^macSize..]);
        Tally.Lap(Phase.Checksum, lap);
        return content;
    }

    /// <summary>Sends a message of any length.</summary>
    internal void Send(uint kind, byte[] message, Deadline deadline)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, message.Length);
        Send(kind, length, deadline);
        if (message.Length > 0) Send(kind, message.AsSpan(), deadline);
    }

    /// <summary>Receives a message.</summary>
    internal (uint Kind, byte[] Message) Receive(Deadline deadline)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        var kind = Receive(null, bytes, deadline);
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length < 0) throw new InvalidDataException($"a message of {length} bytes was announced, expected 0 to 2 GB");
        // The sender is known, but what it claims is believed only as far as it comes.
        using MemoryStream message = new(Math.Min(length, 1 << 20));
        for (int left = length, now; left > 0; left -= now) message.Write(Receive(kind, now = Math.Min(left, Frame.Most), deadline));
        return (kind, message.ToArray());
    }

    /// <summary>The head of the next frame, if it is that of one that is expected.</summary>
    Frame Known(ReadOnlySpan<byte> head, uint? tag, int most)
    {
        var frame = Frame.Read(head, secrets.Session, received++, out var wrong);
        if (wrong is null && frame.Length > most) wrong = $"it has {frame.Length} bytes, at most {most} are expected";
        if (wrong is not null) throw new InvalidDataException($"a frame was refused: {wrong}");
        return tag is { } call && frame.Tag != call ? throw new InvalidDataException($"what came belongs to call {frame.Tag}, expected call {call}: all workers must make the same calls") : frame;
    }

    void Prove(ReadOnlySpan<byte> head, ReadOnlySpan<byte> content, ReadOnlySpan<byte> mac)
    {
        if (!Frame.IsWhole(head, content)) throw new InvalidDataException("a frame was refused: its checksum is wrong");
        if (verify is null) return;
        Span<byte> expected = stackalloc byte[Frame.MacSize];
        Mac(verify, head, content, expected);
        if (!CryptographicOperations.FixedTimeEquals(mac, expected)) throw new InvalidDataException("a frame was refused: its signature is wrong");
    }

    static void Mac(IncrementalHash hash, ReadOnlySpan<byte> head, ReadOnlySpan<byte> content, Span<byte> into)
    {
        hash.AppendData(head);
        hash.AppendData(content);
        hash.GetHashAndReset(into);
    }

    public void Dispose()
    {
        socket.Dispose();
        sign?.Dispose();
        verify?.Dispose();
    }
}
