using Zoo.Spark.Collective;

namespace Zoo.Spark.Local;

/// <summary>A message to be sent: text of commands and replies as it is written, and behind it the contents of larger arrays, which go to the socket from where they lie.</summary>
internal sealed class Parcel : BinaryWriter
{
    /// <summary>Arrays of so many bytes travel behind the text.</summary>
    internal const int Large = 4096;

    readonly List<NDArray> behind = [];

    internal Parcel() : base(new MemoryStream()) { }

    /// <summary>The contents of an array of plain bytes.</summary>
    internal void Contents(NDArray array)
    {
        if (array.Bytes.Length < Large) Write(array.Bytes);
        else behind.Add(array);
    }

    internal void Send(PeerConnection by, uint kind, Deadline deadline)
    {
        Flush();
        by.Send(kind, ((MemoryStream)OutStream).ToArray(), deadline);
        foreach (var array in behind) by.Send(kind, array.Bytes, deadline);
    }
}

/// <summary>A message that comes: arrays behind the text are received where they shall lie.</summary>
internal sealed class ParcelReader : BinaryReader
{
    readonly PeerConnection by;
    readonly Deadline deadline;
    readonly List<NDArray>? rooms;
    int next;

    ParcelReader(PeerConnection by, Deadline deadline, uint kind, byte[] text, List<NDArray>? rooms) : base(new MemoryStream(text)) => (this.by, this.deadline, this.rooms, Kind) = (by, deadline, rooms, kind);

    internal static ParcelReader Receive(PeerConnection by, Deadline deadline, List<NDArray>? rooms = null)
    {
        var (kind, text) = by.Receive(deadline);
        return new(by, deadline, kind, text, rooms);
    }

    internal uint Kind { get; }

    /// <summary>An array of plain bytes.</summary>
    internal NDArray Contents(Shape shape, DType dtype, bool mayReuse)
    {
        var array = mayReuse && rooms is not null ? Room(shape, dtype) : NDArray.Zeros(shape, dtype);
        if (array.Bytes.Length < Parcel.Large) BaseStream.ReadExactly(array.Bytes);
        else by.Receive(Kind, array.Bytes, deadline);
        return array;
    }

    /// <summary>Memory of the message before, where the same came.</summary>
    NDArray Room(Shape shape, DType dtype)
    {
        if (next == rooms!.Count) rooms.Add(NDArray.Zeros(shape, dtype));
        else if (rooms[next].DType != dtype || !rooms[next].Shape.Equals(shape)) rooms[next] = NDArray.Zeros(shape, dtype);
        return rooms[next++];
    }
}
