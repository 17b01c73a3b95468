using System.Reflection;
using Google.Protobuf;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Transfer.Onnx.Proto;
using DataType = Zoo.Transfer.Onnx.Proto.TensorProto.Types.DataType;

namespace Zoo.Transfer.Onnx;

/// <summary>Writes a program of ONNX's ops as a model file.</summary>
sealed class OnnxWriter
{
    // The ops' meanings: those of ONNX 1.13 (2022), which runtimes have read for years.
    const int OpSet = 18, IrVersion = 8;
    const long MostBytes = int.MaxValue - (1L << 24);   // beside the weights there are nodes and names

    readonly GraphProto graph;
    readonly Dictionary<Variable, string> values = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> names = [];
    readonly List<(Variable From, string To)> copies = [];
    long bytes;

    OnnxWriter(string name) => graph = new() { Name = name };

    /// <summary>The number by which ONNX knows a type.</summary>
    /// <exception cref="GraphException">It has no such type.</exception>
    public static DataType Type(DType dtype) => dtype switch
    {
        DType.Float32 => DataType.Float,
        DType.Float64 => DataType.Double,
        DType.Int32 => DataType.Int32,
        DType.UInt8 => DataType.Uint8,
        DType.Int16 => DataType.Int16,
        DType.Int8 => DataType.Int8,
        DType.String => DataType.String,
        DType.Complex64 => DataType.Complex64,
        DType.Int64 => DataType.Int64,
        DType.Bool => DataType.Bool,
        DType.BFloat16 => DataType.Bfloat16,
        DType.UInt16 => DataType.Uint16,
        DType.Complex128 => DataType.Complex128,
        DType.Float16 => DataType.Float16,
        DType.UInt32 => DataType.Uint32,
        DType.UInt64 => DataType.Uint64,
        _ => throw new GraphException($"SaveOnnx: ONNX has no type {dtype.Name()}. Expected numbers, truth values or texts."),
    };

    /// <param name="program">A program of ONNX's ops, of <see cref="OnnxGraph"/>.</param>
    /// <param name="name">The graph's name.</param>
    /// <param name="outputs">The names of what it gives.</param>
    public static ModelProto Write(Program program, string name, IReadOnlyList<string> outputs)
    {
        var writer = new OnnxWriter(name);
        writer.Run(program, outputs);
        return new()
        {
            IrVersion = IrVersion,
            ProducerName = "Zoo.Keras",
            ProducerVersion = typeof(OnnxWriter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            Graph = writer.graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = OpSet } },
        };
    }

    void Run(Program program, IReadOnlyList<string> outputs)
    {
        foreach (var feed in program.Feeds)
        {
            values[feed] = Unique(feed.Node.Name ?? "input");
            graph.Input.Add(Info(values[feed], feed, "in"));
        }
        string[] ends = [.. outputs.Select(Unique)];
        for (var i = 0; i < ends.Length; i++)
        {
            var end = program.Fetches[i];
            if (OnnxNode.Written(end.Node) is null || !values.TryAdd(end, ends[i])) copies.Add((end, ends[i]));   // it is an input, a constant or another output
            graph.Output.Add(Info(ends[i], end, "out"));
        }
        foreach (var node in program.Nodes())
            if (node.Op == StateOps.Const) Initializer(node);
            else if (OnnxNode.Written(node) is { } bare)
            {
                var written = bare.Clone();
                values.TryAdd(node.Out, Unique(bare.OpType));
                written.Name = values[node.Out];
                written.Input.Add(node.Inputs.Select(v => values[v]));
                written.Output.Add(values[node.Out]);
                graph.Node.Add(written);
            }
        foreach (var (from, to) in copies) graph.Node.Add(new NodeProto { OpType = "Identity", Name = to, Input = { values[from] }, Output = { to } });
    }

    void Initializer(Node node)
    {
        var value = node.Attrs.Get<NDArray>("value");
        if ((bytes += value.Bytes.Length) > MostBytes) throw new ModelFileException("SaveOnnx: the weights take more than 2 GB, which is protobuf's limit for a file. Write parts of the model (NewGraph).");
        var tensor = new TensorProto { Name = values[node.Out] = Unique(node.Name ?? "constant"), DataType = Type(value.DType), Dims = { value.Shape.Dims.ToArray() } };
        if (value.DType == DType.String) tensor.StringData.Add(value.AsSpan<byte[]>().ToArray().Select(ByteString.CopyFrom));
        else tensor.RawData = ByteString.CopyFrom(value.Bytes);
        graph.Initializer.Add(tensor);
    }

    static ValueInfoProto Info(string name, Variable v, string where)
    {
        var type = new TypeProto.Types.Tensor { ElemType = Type(v.DType) };
        if (v.Shape.HasRank)
        {
            type.Shape = new();
            for (var i = 0; i < v.Shape.Rank; i++) type.Shape.Dim.Add(v.Shape[i] >= 0 ? new TensorShapeProto.Types.Dimension { DimValue = v.Shape[i] } : new TensorShapeProto.Types.Dimension { DimParam = i == 0 ? "batch" : $"{where}_{name}_{i}" });
        }
        return new() { Name = name, Type = new() { TensorType = type } };
    }

    string Unique(string wish)
    {
        var name = wish;
        for (var n = 1; !names.Add(name); n++) name = $"{wish}_{n}";
        return name;
    }
}
