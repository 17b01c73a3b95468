using System.Globalization;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Keras.Summary;

/// <summary>A TensorBoard event file in a folder of its run. Readers may follow it while it grows; not thread-safe.</summary>
internal sealed class EventWriter : IDisposable
{
    static int made;

    readonly FileStream file;

    /// <summary>Opens a new file in the folder, which is made where it is absent.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    internal EventWriter(string folder)
    {
        Directory.CreateDirectory(folder);
        // The number keeps writers of one process apart, the process' number those of one second; the machine's name stays out.
        Path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.zoo.{Environment.ProcessId}.{Interlocked.Increment(ref made) - 1}.v2"));
        file = new(Path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 14);
        Write(new() { FileVersion = "brain.Event:2", SourceMetadata = new() { Writer = "zoo.keras" } });
        Flush();
    }

    /// <summary>The file's path.</summary>
    internal string Path { get; }

    /// <summary>A number of a step, in the form that the scalars tab reads.</summary>
    internal void Scalar(string tag, double value, long step) => Write(new()
    {
        Step = step,
        Summary = new()
        {
            Value =
            {
                new Autograd.Graph.Proto.Summary.Types.Value
                {
                    Tag = tag,
                    Tensor = new() { Dtype = DataType.DtFloat, TensorShape = new(), FloatVal = { (float)value } },
                    Metadata = new() { PluginData = new() { PluginName = "scalars" }, DataClass = DataClass.Scalar },
                },
            },
        },
    });

    /// <summary>How values are distributed, in the form that the histograms tab reads: even buckets (from, to, count).</summary>
    internal void Histogram(string tag, NDArray values, long step) => Write(new()
    {
        Step = step,
        Summary = new()
        {
            Value =
            {
                new Autograd.Graph.Proto.Summary.Types.Value
                {
                    Tag = tag,
                    Tensor = Buckets(values),
                    Metadata = new() { PluginData = new() { PluginName = "histograms" }, DataClass = DataClass.Tensor },
                },
            },
        },
    });

    static TensorProto Buckets(NDArray values)
    {
        const int count = 30;
        double[] numbers = [.. Enumerable.Range(0, values.Count).Select(values.Number).Where(double.IsFinite)];
        var tensor = new TensorProto { Dtype = DataType.DtDouble, TensorShape = new() { Dim = { new TensorShapeProto.Types.Dim { Size = count }, new TensorShapeProto.Types.Dim { Size = 3 } } } };
        var (least, most) = numbers.Length == 0 ? (0, 0) : (numbers.Min(), numbers.Max());
        var inBucket = new double[count];
        // equal values lie in the last bucket, which has no width then
        foreach (var number in numbers) inBucket[most > least ? Math.Min((int)((number - least) / (most - least) * count), count - 1) : count - 1]++;
        for (var i = 0; i < count; i++) tensor.DoubleVal.Add([least + (most - least) * i / count, least + (most - least) * (i + 1) / count, inBucket[i]]);
        return tensor;
    }

    /// <summary>The graph of the graphs tab.</summary>
    internal void Graph(GraphDef graph) => Write(new() { GraphDef = graph.ToByteString() });

    /// <summary>Hands over what was written so far.</summary>
    internal void Flush() => file.Flush();

    void Write(Event e)
    {
        e.WallTime = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        TFRecord.Write(file, e.ToByteArray());
    }

    public void Dispose() => file.Dispose();
}
