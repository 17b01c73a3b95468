using System.Buffers.Binary;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Tests.Summary;

/// <summary>Reads event files strictly, with a checksum computed bit by bit: independent of the writer's.</summary>
static class EventFile
{
    public static List<Event> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return [.. Records(bytes).Select(r => Event.Parser.ParseFrom(r))];
    }

    /// <summary>The one event file of a folder.</summary>
    public static string In(params string[] folder) => Directory.GetFiles(Path.Combine(folder), "events.out.tfevents.*").Single();

    /// <summary>Step and value of each scalar, by tag.</summary>
    public static ILookup<string, (long Step, float Value)> Scalars(string path) =>
        Read(path).Where(e => e.Summary is not null).SelectMany(e => e.Summary.Value.Select(v => (v, e.Step))).ToLookup(p => p.v.Tag, p => (p.Step, Value(p.v)));

    static float Value(Autograd.Graph.Proto.Summary.Types.Value v)
    {
        if (v.Metadata.PluginData.PluginName != "scalars" || v.Tensor.Dtype != DataType.DtFloat || v.Tensor.TensorShape.Dim.Count != 0) throw new InvalidDataException($"{v.Tag} is no scalar: {v}");
        return v.Tensor.FloatVal.Count == 1 ? v.Tensor.FloatVal[0] : BinaryPrimitives.ReadSingleLittleEndian(v.Tensor.TensorContent.Span);
    }

    public static IEnumerable<byte[]> Records(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(Checked(8));
            yield return Checked(length);

            byte[] Checked(int count)
            {
                var data = file[at..(at + count)];
                if (BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + count)) != Masked(data)) throw new InvalidDataException($"The checksum of the {count} bytes at {at} is wrong.");
                at += count + 4;
                return data;
            }
        }
    }

    static uint Masked(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0x82F63B78 ^ crc >> 1 : crc >> 1;
        }
        crc = ~crc;
        return (crc >> 15 | crc << 17) + 0xa282ead8;
    }
}
