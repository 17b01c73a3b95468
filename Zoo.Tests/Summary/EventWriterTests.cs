using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Keras.Summary;
using Zoo.Tests.Engine.TensorFlow;

namespace Zoo.Tests.Summary;

internal sealed class EventWriterTests
{
    string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("zoo-events-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void ChecksumsAreThoseOfTheStandard()
    {
        // CRC-32C of "123456789" is e3069283 (RFC 3720's polynomial), here rotated and shifted
        Assert.That(TFRecord.Checksum("123456789"u8), Is.EqualTo(unchecked((0xe3069283 >> 15 | 0xe3069283 << 17) + 0xa282ead8)));
        Assert.That(TFRecord.Checksum(new byte[32]), Is.EqualTo(unchecked((0x8a9136aau >> 15 | 0x8a9136aau << 17) + 0xa282ead8)), "32 zeros, the standard's own example");
    }

    [Test]
    public void ScalarsComeBackFromAFileThatIsStillOpen()
    {
        using var writer = new EventWriter(Path.Combine(folder, "train"));
        for (var step = 0; step < 300; step++) writer.Scalar("epoch_loss", 1.0 / (step + 1), step);
        writer.Scalar("epoch_accuracy", double.NaN, 5);
        writer.Flush();
        var events = EventFile.Read(EventFile.In(folder, "train"));
        Assert.That(events[0].FileVersion, Is.EqualTo("brain.Event:2"));
        Assert.That(events.Select(e => e.WallTime), Is.All.InRange(DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeSeconds()));
        var scalars = EventFile.Scalars(writer.Path);
        Assert.That(scalars["epoch_loss"], Is.EqualTo(Enumerable.Range(0, 300).Select(s => ((long)s, (float)(1.0 / (s + 1))))));
        Assert.That(scalars["epoch_accuracy"].Single(), Is.EqualTo((5L, float.NaN)));
    }

    [Test]
    public void NamesAreTensorBoardsAndNameNoMachine()
    {
        using var first = new EventWriter(folder);
        using var second = new EventWriter(folder);
        Assert.That(Path.GetFileName(first.Path), Does.Match(@"^events\.out\.tfevents\.\d{10}\.zoo\.\d+\.\d+\.v2$"));
        Assert.That(first.Path, Is.Not.EqualTo(second.Path));
        if (Environment.MachineName.Length > 3) Assert.That(Path.GetFileName(first.Path), Does.Not.Contain(Environment.MachineName));
    }

    [Test]
    public void ASpoiledByteIsSeen()
    {
        string path;
        using (var writer = new EventWriter(folder))
        {
            writer.Scalar("loss", 1, 0);
            path = writer.Path;
        }
        var bytes = File.ReadAllBytes(path);
        bytes[^6] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.That(() => EventFile.Read(path), Throws.TypeOf<InvalidDataException>());
    }

    /// <summary>TensorFlow's own reader of record files checks every checksum.</summary>
    [Test, Category("Engines")]
    public void TensorFlowReadsTheRecords()
    {
        TensorFlowLibrary.Require();
        string path;
        using (var writer = new EventWriter(folder))
        {
            for (var step = 0; step < 20; step++) writer.Scalar("epoch_loss", step / 2.0, step);
            path = writer.Path;
        }
        using var graph = new Autograd.Engine.TensorFlow.TensorFlowGraph(Autograd.Engine.TensorFlow.TensorFlowGraph.Threads(1, 1));
        graph.Import(TextFormat.Parse<GraphDef>("""
            node { name: "name" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } }
            node { name: "many" op: "Const" attr { key: "dtype" value { type: DT_INT64 } } attr { key: "value" value { tensor { dtype: DT_INT64 tensor_shape { } int64_val: 100 } } } }
            node { name: "reader" op: "TFRecordReaderV2" attr { key: "compression_type" value { s: "" } } }
            node { name: "queue" op: "FIFOQueueV2" attr { key: "component_types" value { list { type: DT_STRING } } } attr { key: "capacity" value { i: 4 } } }
            node { name: "put" op: "QueueEnqueueV2" input: "queue" input: "name" attr { key: "Tcomponents" value { list { type: DT_STRING } } } }
            node { name: "close" op: "QueueCloseV2" input: "queue" }
            node { name: "read" op: "ReaderReadUpToV2" input: "reader" input: "queue" input: "many" }
            """), "");
        graph.Run([("name", new[] { path })], [], "put");
        graph.Run([], [], "close");
        var records = graph.Run([], ["read:1"])[0];
        var theirs = records.AsSpan<byte[]>().ToArray().Select(r => Event.Parser.ParseFrom(r)).ToArray();
        Assert.That(theirs, Has.Length.EqualTo(21));
        Assert.That(theirs[7].Summary.Value[0].Tensor.FloatVal, Is.EqualTo(new[] { 3f }));
    }

    /// <summary>TensorFlow's own writer, asked for what tf.summary.scalar asks it, writes the same events.</summary>
    [Test, Category("Engines")]
    public void TheEventsAreThoseThatTensorFlowWrites()
    {
        TensorFlowLibrary.Require();
        string ours;
        using (var writer = new EventWriter(Path.Combine(folder, "ours")))
        {
            writer.Scalar("epoch_loss", .25, 7);
            ours = writer.Path;
        }
        var mine = EventFile.Read(ours);
        using (var graph = new Autograd.Engine.TensorFlow.TensorFlowGraph(Autograd.Engine.TensorFlow.TensorFlowGraph.Threads(1, 1)))
        {
            graph.Import(TextFormat.Parse<GraphDef>("""
                node { name: "folder" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } }
                node { name: "metadata" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } }
                node { name: "suffix" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { } string_val: ".v2" } } } }
                node { name: "tag" op: "Const" attr { key: "dtype" value { type: DT_STRING } } attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape { } string_val: "epoch_loss" } } } }
                node { name: "many" op: "Const" attr { key: "dtype" value { type: DT_INT32 } } attr { key: "value" value { tensor { dtype: DT_INT32 tensor_shape { } int_val: 100 } } } }
                node { name: "step" op: "Const" attr { key: "dtype" value { type: DT_INT64 } } attr { key: "value" value { tensor { dtype: DT_INT64 tensor_shape { } int64_val: 7 } } } }
                node { name: "value" op: "Const" attr { key: "dtype" value { type: DT_FLOAT } } attr { key: "value" value { tensor { dtype: DT_FLOAT tensor_shape { } float_val: 0.25 } } } }
                node { name: "writer" op: "SummaryWriter" attr { key: "shared_name" value { s: "w" } } attr { key: "container" value { s: "" } } }
                node { name: "open" op: "CreateSummaryFileWriter" input: "writer" input: "folder" input: "many" input: "many" input: "suffix" }
                node { name: "write" op: "WriteSummary" input: "writer" input: "step" input: "value" input: "tag" input: "metadata" attr { key: "T" value { type: DT_FLOAT } } }
                node { name: "close" op: "CloseSummaryWriter" input: "writer" }
                """), "");
            graph.Run([("folder", NDArray.From(new[] { Path.Combine(folder, "theirs") }, []))], [], "open");
            graph.Run([("metadata", NDArray.From<byte[]>([mine[1].Summary.Value[0].Metadata.ToByteArray()], []))], [], "write");
            graph.Run([], [], "close");
        }
        var theirs = EventFile.Read(EventFile.In(folder, "theirs"));
        Assert.That(mine.Select(e => (e.Step, e.FileVersion, e.WhatCase)), Is.EqualTo(theirs.Select(e => (e.Step, e.FileVersion, e.WhatCase))));
        var (a, b) = (mine[1].Summary.Value[0], theirs[1].Summary.Value[0]);
        Assert.That((a.Tag, a.Metadata, a.ValueCase, a.Tensor.Dtype, a.Tensor.TensorShape), Is.EqualTo((b.Tag, b.Metadata, b.ValueCase, b.Tensor.Dtype, b.Tensor.TensorShape)));
        Assert.That(EventFile.Scalars(ours)["epoch_loss"], Is.EqualTo(EventFile.Scalars(EventFile.In(folder, "theirs"))["epoch_loss"]));
    }
}
