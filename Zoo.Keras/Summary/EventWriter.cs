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
