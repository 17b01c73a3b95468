using Google.Protobuf;

namespace Zoo.Autograd.Graph.Proto;

/// <summary>A serialized record of features (tf.train.Example).</summary>
internal static class ExampleRecord
{
    /// <summary>Its features by name, each a vector of float32, int64 or strings.</summary>
    /// <exception cref="FormatException">The bytes are no record.</exception>
    internal static Dictionary<string, NDArray> Read(byte[] record)
    {
        try
        {
            var result = new Dictionary<string, NDArray>();
            foreach (var (name, feature) in Example.Parser.ParseFrom(record).Features?.Feature ?? [])
                if (feature.KindCase != Feature.KindOneofCase.None)
                    result[name] = feature.KindCase switch
                    {
                        Feature.KindOneofCase.FloatList => NDArray.From(feature.FloatList.Value.ToArray()),
                        Feature.KindOneofCase.Int64List => NDArray.From(feature.Int64List.Value.ToArray()),
                        _ => NDArray.From(feature.BytesList.Value.Select(v => v.ToByteArray()).ToArray(), [feature.BytesList.Value.Count]),
                    };
            return result;
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException(e.Message, e);
        }
    }
}
