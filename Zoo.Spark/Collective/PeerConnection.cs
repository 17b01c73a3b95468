using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Zoo.Spark.Collective;

/// <summary>An authenticated connection. One thread sends and one receives at a time.</summary>
internal sealed class PeerConnection(Socket socket, Hello hello, Secrets secrets, bool dialled) : IDisposable
{
    /// <summary>Up to this many bytes go out in one piece with their head.</summary>
    const int Together = 2048;

    readonly byte[] headOut = new byte[Frame.HeadSize], headIn = new byte[Frame.HeadSize], mac = new byte[Frame.MacSize], part = new byte[Frame.Most];
    readonly IncrementalHash? sign = hello.Signed ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.MacKey) : null, verify = hello.Signed ? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secrets.MacKey) : null;
    // Each direction counts in numbers of its own, so that no frame can be sent back.
    ulong sent = dialled ? 0 : 1UL << 63, received = dialled ? 1UL << 63 : 0;

    internal Hello Hello => hello;

    internal string Host { get; } = $"{socket.RemoteEndPoint}";

    internal delegate void Taker(int offset, ReadOnlySpan<byte> part);

    /// <summary>Sends in frames.</summary>
    internal void Send(uint tag, ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        Span<byte> room = stackalloc byte[Frame.HeadSize + Together];
        do
        {
            var content = bytes[..Math.Min(bytes.Length, Frame.Most)];
            new Frame(secrets.Session, sent++, tag, content.Length).Write(headOut, content);
            if (content.Length <= Together)
            {
                var whole = room[..(Frame.HeadSize + content.Length)];
                headOut.CopyTo(whole);
                content.CopyTo(whole[Frame.HeadSize..]);
                Wire.Send(socket, whole, deadline);
            }
            else
            {
                Wire.Send(socket, headOut, deadline);
                Wire.Send(socket, content, deadline);
            }
            if (sign is not null) Wire.Send(socket, Mac(sign, headOut, content), deadline);
            bytes = bytes[content.Length..];
        } while (bytes.Length > 0);
    }

    /// <summary>Waits until something comes, or the connection ends, or the deadline.</summary>
    internal void Await(Deadline deadline) => socket.Poll(deadline.Left, SelectMode.SelectRead);

    /// <summary>Receives as many bytes as are expected under a tag.</summary>
    internal void Receive(uint tag, int length, Taker take, Deadline deadline)
    {
        for (var at = 0; ;)
        {
            var frame = Next(length - at, deadline);
            if (frame.Tag != tag) throw new InvalidDataException($"what came belongs to call {frame.Tag}, expected call {tag}: all workers must make the same calls");
            if (frame.Length == 0 && length > 0) throw new InvalidDataException($"nothing came for call {tag}, expected {length} bytes");
            take(at, part.AsSpan(0, frame.Length));
            at += frame.Length;
            if (at == length) return;
        }
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
        var first = Next(sizeof(int), deadline);
        var length = first.Length == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(part) : -1;
        if (length < 0) throw new InvalidDataException($"a message of {length} bytes was announced, expected 0 to 2 GB");
        // The sender is known, but what it claims is believed only as far as it comes.
        using MemoryStream message = new(Math.Min(length, 1 << 20));
        if (length > 0) Receive(first.Tag, length, (_, bytes) => message.Write(bytes), deadline);
        return (first.Tag, message.ToArray());
    }

    Frame Next(int most, Deadline deadline)
    {
        Wire.Receive(socket, headIn, deadline);
        var frame = Frame.Read(headIn, secrets.Session, received++, out var wrong);
        if (wrong is null && frame.Length > most) wrong = $"it has {frame.Length} bytes, at most {most} are expected";
        if (wrong is not null) throw new InvalidDataException($"a frame was refused: {wrong}");
        var content = part.AsSpan(0, frame.Length);
        Wire.Receive(socket, content, deadline);
        if (!Frame.IsWhole(headIn, content)) throw new InvalidDataException("a frame was refused: its checksum is wrong");
        if (verify is null) return frame;
        Wire.Receive(socket, mac, deadline);
        if (!CryptographicOperations.FixedTimeEquals(mac, Mac(verify, headIn, content))) throw new InvalidDataException("a frame was refused: its signature is wrong");
        return frame;
    }

    static byte[] Mac(IncrementalHash hash, ReadOnlySpan<byte> head, ReadOnlySpan<byte> content)
    {
        hash.AppendData(head);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    public void Dispose()
    {
        socket.Dispose();
        sign?.Dispose();
        verify?.Dispose();
    }
}
