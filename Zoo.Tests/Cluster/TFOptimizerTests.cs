using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Spark;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Cluster;

/// <summary>Zoo's way to train: a dataset with placeholders, a loss over them, an optimizer with triggers and summaries.</summary>
[Category("Cluster")]
internal sealed class TFOptimizerTests
{
    static (NDArray X, NDArray Y) Data()
    {
        var (_, x, y) = Nets.Make("mlp");
        return (x, y);
    }

    static TFDataset Dataset(string kind, int batchSize = 50)
    {
        var (x, y) = Data();
        NDArray[] Element(int i) => [x.Rows(i, 1).Reshape([9]), y.Rows(i, 1).Reshape(Shape.Scalar)];
        var elements = Enumerable.Range(0, 120).Select(Element);
        return kind switch
        {
            "rdd" => TFDataset.FromRdd(elements, ["features", "labels"], [[9], []], [DType.Float64, DType.Int64], batchSize, shuffle: false),
            "records" => Records(elements, batchSize),
            "arrays" => TFDataset.FromArrays(x, y, batchSize, shuffle: false),
            "ndarrays" => TFDataset.FromNdarrays([x, y], batchSize: batchSize, shuffle: false),
            _ => TFDataset.FromDataset(Keras.Dataset.From(elements), ["features", "labels"], [[9], []], [DType.Float64, DType.Int64], batchSize),
        };
    }

    static TFDataset Records(IEnumerable<NDArray[]> elements, int batchSize)
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"records_{Guid.NewGuid():N}");
        using (var to = File.Create(file))
            foreach (var element in elements) Keras.Summary.TFRecord.Write(to, [.. element[0].Bytes, .. element[1].Bytes]);
        NDArray[] Parse(byte[] record) => [NDArray.From(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(record.AsSpan(0, 72)).ToArray(), [9]), NDArray.Scalar(BitConverter.ToInt64(record, 72), DType.Int64)];
        var made = TFDataset.FromTFRecordFile(file, Parse, ["features", "labels"], batchSize: batchSize, shuffle: false);
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..^1]);
        Assert.That(() => TFDataset.FromTFRecordFile(file, Parse), Throws.TypeOf<InvalidDataException>().With.Message.Contains("record 119"));
        bytes[40] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.That(() => TFDataset.FromTFRecordFile(file, Parse), Throws.TypeOf<InvalidDataException>().With.Message.Contains("record 0").And.Message.Contains("checksum"));
        File.Delete(file);
        return made;
    }

    static (Variable Loss, Variable Logits) Net(TFDataset dataset, bool perSample = false)
    {
        DTypePolicy p = DType.Float64;
        var logits = dataset.Tensors[0] >> new Dense(13, "tanh") { DTypePolicy = p } >> new Dropout(0.4) { DTypePolicy = p } >> new Dense(4) { DTypePolicy = p };
        var losses = A.SparseSoftmaxCrossEntropy(logits, dataset.Tensors[1]);
        return (perSample ? losses : A.Mean(losses), logits);
    }

    [Test]
    public void AMeanLossIsMinimisedAsInOneProcess([Values("rdd", "arrays", "ndarrays", "dataset", "records")] string kind, [Values] bool perSample)
    {
        using var zoo = ZooContext.Start("local[3]");
        var optimizers = new ITrainer?[] { null, zoo }.Select(by =>
        {
            var optimizer = TFOptimizer.FromLoss(Net(Dataset(kind), perSample).Loss, new Adam(0.01), trainer: by);
            return (Optimizer: optimizer, History: optimizer.Optimize(Trigger.MaxEpoch(4)));
        }).ToArray();
        Assert.That(Nets.Difference(optimizers[0].Optimizer.Model, optimizers[1].Optimizer.Model), Is.LessThan(1e-9));
        var losses = optimizers[1].History["loss"];
        Assert.That(losses, Has.Count.EqualTo(4));
        Assert.That(losses[^1], Is.LessThan(losses[0]).And.EqualTo(optimizers[0].History["loss"][^1]).Within(1e-9));
    }

    [Test]
    public void SummariesTriggersAndClipping()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"tfpark_{Guid.NewGuid():N}");
        try
        {
            using var zoo = ZooContext.Start("local[2]");
            var optimizer = TFOptimizer.FromLoss(Net(Dataset("rdd")).Loss, new Adam(0.01), validationDataset: Dataset("rdd"), clipNorm: 0.5, modelDir: Path.Combine(folder, "model"), trainer: zoo);
            var (train, validation) = (new TrainSummary(folder, "net"), new ValidationSummary(folder, "net"));
            optimizer.SetTrainSummary(train);
            optimizer.SetValSummary(validation);
            optimizer.Optimize(Trigger.MaxIteration(7), Trigger.SeveralIteration(3));
            Assert.That(train.ReadScalar("Loss").Select(v => v.Iteration), Is.EqualTo(Enumerable.Range(1, 7)));
            Assert.That(train.ReadScalar("Throughput").All(v => v.Value > 0));
            Assert.That(train.ReadScalar("LearningRate").Select(v => v.Value), Is.All.EqualTo(0.01).Within(1e-9));
            Assert.That(validation.ReadScalar("Loss"), Has.Count.EqualTo(3));
            Assert.That(() => validation.ReadScalar("Throughput"), Throws.TypeOf<KeyNotFoundException>());
            Assert.That(Directory.GetFiles(folder, "events*", SearchOption.AllDirectories).Select(f => Path.GetFileName(Path.GetDirectoryName(f))), Is.EquivalentTo(new[] { "train", "validation" }));
            Assert.That(File.Exists(Path.Combine(folder, "model", "model.weights.h5")));
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void AKerasModelIsTrained()
    {
        using var zoo = ZooContext.Start("local[2]");
        var models = new ITrainer?[] { null, zoo }.Select(by =>
        {
            var (model, _, _) = Nets.Make("mlp");
            model.Compile(new SGD(0.05), "sparse_categorical_crossentropy", metrics: ["accuracy"]);
            var history = TFOptimizer.FromKeras(model, Dataset("rdd", batchSize: 33), Dataset("arrays"), trainer: by).Optimize(Trigger.MaxEpoch(3));
            Assert.That(history.Values.Keys, Is.SupersetOf(new[] { "loss", "accuracy", "val_loss", "val_accuracy" }));
            return model;
        }).ToArray();
        Assert.That(Nets.Difference(models[0], models[1]), Is.LessThan(1e-9));
    }

    [Test]
    public void WhatDoesNotFitIsSaid()
    {
        Assert.That(() => TFDataset.FromRdd([]), Throws.ArgumentException.With.Message.Contains("no element"));
        Assert.That(() => TFDataset.FromNdarrays([Data().X], shapes: [[8]]), Throws.TypeOf<ShapeException>());
        Assert.That(() => TFDataset.FromNdarrays([Data().X], names: ["a", "b"]), Throws.ArgumentException.With.Message.Contains("names"));
        Assert.That(() => TFOptimizer.FromLoss(A.Mean(K.Input([3])), new SGD()), Throws.TypeOf<GraphException>().With.Message.Contains("TFDataset"));
        Assert.That(() => TFOptimizer.FromKeras(Nets.Make("mlp").Model, Dataset("rdd")), Throws.InvalidOperationException.With.Message.Contains("Compile"));
    }
}
