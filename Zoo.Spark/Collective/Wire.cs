using System.Net.Sockets;

namespace Zoo.Spark.Collective;

/// <summary>Whole reads and writes on a blocking socket, up to a deadline.</summary>
internal static class Wire
{
    const int Wakes = 200;   // milliseconds

    internal static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        (socket.SendTimeout, socket.ReceiveTimeout) = (Wakes, Wakes);   // reads wake now and then to look at the deadline
        (socket.SendBufferSize, socket.ReceiveBufferSize) = (1 << 20, 1 << 20);
    }

    internal static void Send(Socket socket, ReadOnlySpan<byte> bytes, Deadline deadline)
    {
        while (bytes.Length > 0)
        {
            // a write that timed out may have sent a part and does not say how much: it cannot be gone on with, so it has all the time there is
            socket.SendTimeout = (int)Math.Clamp(deadline.Left.TotalMilliseconds, 1, int.MaxValue);
            var n = socket.Send(bytes, SocketFlags.None, out var error);
            if (error is SocketError.TimedOut or SocketError.WouldBlock) throw new TimeoutException("not all could be sent within the deadline");
            if (error != SocketError.Success) throw new SocketException((int)error);
            bytes = bytes[n..];
        }
    }

    /// <summary>Fills all of it, or as much as is there once there are so many bytes; gives their number.</summary>
    internal static int Receive(Socket socket, Span<byte> into, Deadline deadline, int least = int.MaxValue)
    {
        var came = 0;
        while (came < Math.Min(into.Length, least))
        {
            var n = socket.Receive(into[came..], SocketFlags.None, out var error);
            if (error is SocketError.TimedOut or SocketError.WouldBlock) Check(deadline);
            else if (error != SocketError.Success) throw new SocketException((int)error);
            else if (n == 0) throw new EndOfStreamException("the other side closed the connection");
            came += n;
        }
        return came;
    }

    static void Check(Deadline deadline)
    {
        if (deadline.HasPassed) throw new TimeoutException("nothing came within the deadline");
    }
}
