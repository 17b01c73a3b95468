using System.Text;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Graph;

/// <summary>Files that hold a GraphDef: binary (.pb) or text (.pbtxt), told apart by what they contain.</summary>
internal static class GraphDefFile
{
    const int Sniffed = 1 << 16;

    internal static GraphDef Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        if (file.Length > int.MaxValue) throw new GraphException($"GraphDef '{path}': it has {file.Length} bytes. Expected at most 2 GB, which is protobuf's limit.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Parse(bytes, $"GraphDef '{path}'");
    }

    internal static GraphDef Load(Stream stream)
    {
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(bytes.ToArray());
    }

    /// <summary>The graph in a file's bytes. <paramref name="where"/> begins messages.</summary>
    internal static GraphDef Parse(byte[] bytes, string where = "GraphDef")
    {
        if (bytes.Length == 0) throw new GraphException($"{where}: it is empty. Expected a graph.");
        if (bytes[0] == 0x08) throw new GraphException($"{where}: it begins as a SavedModel does. Expected a GraphDef: its meta graph's graph_def, or a frozen graph.");
        GraphDef graph;
        try
        {
            graph = IsText(bytes) ? TextFormat.Parse<GraphDef>(Encoding.UTF8.GetString(bytes)) : GraphDef.Parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
        {
            throw new GraphException($"{where}: it is no GraphDef, or a damaged one: {e.Message} Expected TensorFlow's binary or text form of a graph. Write the file again.", e);
        }
        return graph.Node.Count > 0 ? graph : throw new GraphException($"{where}: it has no nodes. Expected TensorFlow's binary or text form of a graph.");
    }

    internal static void Save(GraphDef graph, Stream stream, bool text = false)
    {
        if (text)
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            TextFormat.Print(graph, writer);
        }
        else graph.WriteTo(stream);
    }

    /// <summary>A binary graph has the tags of its fields, which are control characters, from the first node on.</summary>
    static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes[..Math.Min(bytes.Length, Sniffed)])
            if (b < 32 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or (byte)'\v')) return false;
        return true;
    }
}
