using System.Runtime.CompilerServices;
using Zoo.Autograd.Graph;
using Zoo.Keras;

namespace Zoo.Spark;

/// <summary>
/// Data for training by a cluster, with a placeholder for each array of an element: nets are built on <see cref="Tensors"/> (Analytics Zoo's TFDataset). A batch is
/// the global one, of any size: it is shared out over the workers.
/// </summary>
/// <example><code>
/// var dataset = TFDataset.FromRdd(elements, names: ["features", "labels"], shapes: [[28, 28, 1], []], types: [DType.Float32, DType.Int64], batchSize: 280);
/// var (images, labels) = (dataset.Tensors[0], dataset.Tensors[1]);
/// </code></example>
public sealed class TFDataset
{
    static readonly ConditionalWeakTable<Node, TFDataset> owners = [];
    readonly Arrays? whole;
    readonly Dataset<NDArray[]>? batches;
    readonly bool shuffle;

    TFDataset(IReadOnlyList<string> names, IReadOnlyList<Shape> shapes, IReadOnlyList<DType> types, int batchSize, int? batchPerThread, bool shuffle, Arrays? whole, Dataset<NDArray[]>? batches)
    {
        if (names.Count != shapes.Count || names.Count != types.Count || names.Count == 0) throw new ArgumentException($"TFDataset: {names.Count} names, {shapes.Count} shapes and {types.Count} types were given. Expected one of each for every array of an element.");
        if (batchSize < 1 || batchPerThread < 1) throw new ArgumentException($"TFDataset: batchSize is {batchSize}, batchPerThread {batchPerThread}. Expected at least 1.");
        (this.whole, this.batches, this.shuffle, BatchSize, BatchPerThread) = (whole, batches, shuffle, batchSize, batchPerThread);
        Tensors = [.. names.Select((name, i) => K.Input(shapes[i], name, types[i]))];
        foreach (var tensor in Tensors) owners.Add(tensor.Node, this);
    }

    /// <summary>The placeholders, one for each array of an element; axis 0 counts the samples.</summary>
    public IReadOnlyList<Variable> Tensors { get; }

    /// <summary>Samples of one training step of all workers together.</summary>
    public int BatchSize { get; }

    /// <summary>Samples of each worker in evaluation and prediction; null where <see cref="BatchSize"/> counts there too.</summary>
    public int? BatchPerThread { get; }

    /// <summary>A dataset of elements, which are read once and kept, as Zoo keeps them in memory.</summary>
    /// <param name="elements">Elements: the arrays of one sample each.</param>
    /// <param name="names">A name for each array.</param>
    /// <param name="shapes">The shape of each array, without the batch; by default those of the first element.</param>
    /// <param name="types">The type of each array, to which others are cast; by default those of the first element.</param>
    /// <param name="batchSize">Samples of one training step of all workers together: any number.</param>
    /// <param name="batchPerThread">Samples of each worker in evaluation and prediction.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own.</param>
    /// <exception cref="ArgumentException">There is no element, or names, shapes and types do not fit.</exception>
    public static TFDataset FromRdd(IEnumerable<IReadOnlyList<NDArray>> elements, IReadOnlyList<string>? names = null, IReadOnlyList<Shape>? shapes = null, IReadOnlyList<DType>? types = null, int batchSize = 32, int? batchPerThread = null, bool shuffle = true)
    {
        ArgumentNullException.ThrowIfNull(elements);
        NDArray[][] rows = [.. elements.Select(e => e.ToArray())];
        if (rows.Length == 0) throw new ArgumentException("TFDataset.FromRdd: there is no element. Expected at least one.");
        if (Array.FindIndex(rows, r => r.Length != rows[0].Length) is >= 0 and var odd) throw new ArgumentException($"TFDataset.FromRdd: element {odd} holds {rows[odd].Length} arrays, the first holds {rows[0].Length}. Expected the same in all.");
        return FromNdarrays([.. Enumerable.Range(0, rows[0].Length).Select(k => Elements.Stack(Array.ConvertAll(rows, r => r[k])))], names, shapes, types, batchSize, batchPerThread, shuffle);
    }

    /// <summary>A dataset of the records of a TFRecord file (Zoo's <c>from_tfrecord_file</c>), which are read once and kept.</summary>
    /// <param name="path">The file, not compressed.</param>
    /// <param name="parse">Gives the arrays of the sample that a record holds.</param>
    /// <param name="names">A name for each array.</param>
    /// <param name="shapes">The shape of each array, without the batch; by default those of the first record.</param>
    /// <param name="types">The type of each array, to which others are cast; by default those of the first record.</param>
    /// <param name="batchSize">Samples of one training step of all workers together: any number.</param>
    /// <param name="batchPerThread">Samples of each worker in evaluation and prediction.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own.</param>
    /// <exception cref="InvalidDataException">A record is cut off, or its checksum is wrong.</exception>
    public static TFDataset FromTFRecordFile(string path, Func<byte[], IReadOnlyList<NDArray>> parse, IReadOnlyList<string>? names = null, IReadOnlyList<Shape>? shapes = null, IReadOnlyList<DType>? types = null, int batchSize = 32, int? batchPerThread = null, bool shuffle = true)
    {
        ArgumentNullException.ThrowIfNull(parse);
        return FromRdd(Zoo.Keras.Summary.TFRecord.Read(path).Select(parse), names, shapes, types, batchSize, batchPerThread, shuffle);
    }

    /// <summary>A dataset of whole arrays, whose axis 0 counts the samples: features, then labels.</summary>
    /// <param name="tensors">The arrays.</param>
    /// <param name="names">A name for each array.</param>
    /// <param name="shapes">The shape of each array, without the batch; by default its own.</param>
    /// <param name="types">The type of each array, to which others are cast; by default its own.</param>
    /// <param name="batchSize">Samples of one training step of all workers together: any number.</param>
    /// <param name="batchPerThread">Samples of each worker in evaluation and prediction.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own.</param>
    /// <exception cref="ArgumentException">Names, shapes and types do not fit the arrays.</exception>
    public static TFDataset FromNdarrays(Arrays tensors, IReadOnlyList<string>? names = null, IReadOnlyList<Shape>? shapes = null, IReadOnlyList<DType>? types = null, int batchSize = 32, int? batchPerThread = null, bool shuffle = true)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        shapes ??= [.. tensors.Select(t => t.Shape[1..])];
        types ??= [.. tensors.Select(t => t.DType)];
        names ??= tensors.Names ?? [.. tensors.Select((_, i) => $"tensor_{i}")];
        if (types.Count == tensors.Count && shapes.Count == tensors.Count)
            for (var i = 0; i < tensors.Count; i++)
                if (!shapes[i].Accepts(tensors[i].Shape[1..])) throw new ShapeException($"TFDataset: array {i} has samples of shape {tensors[i].Shape[1..]}. Expected {shapes[i]}. Reshape it, or give its shape.") { Expected = shapes[i], Actual = tensors[i].Shape[1..] };
        return new(names, shapes, types, batchSize, batchPerThread, shuffle, [.. tensors.Select((t, i) => i < types.Count && t.DType != types[i] ? t.Cast(types[i]) : t)], null);
    }

    /// <summary>The same as <see cref="FromNdarrays"/>, for features and labels.</summary>
    public static TFDataset FromArrays(NDArray x, NDArray y, int batchSize = 32, int? batchPerThread = null, bool shuffle = true) => FromNdarrays([x, y], ["features", "labels"], batchSize: batchSize, batchPerThread: batchPerThread, shuffle: shuffle);

    /// <summary>A dataset that is enumerated anew in each epoch, with its own order.</summary>
    /// <param name="elements">Elements whose arrays, in order, are those of one sample: an array, tuples, lists or dictionaries of them.</param>
    /// <param name="names">A name for each array.</param>
    /// <param name="shapes">The shape of each array, without the batch.</param>
    /// <param name="types">The type of each array.</param>
    /// <param name="batchSize">Samples of one training step of all workers together.</param>
    public static TFDataset FromDataset<T>(Dataset<T> elements, IReadOnlyList<string> names, IReadOnlyList<Shape> shapes, IReadOnlyList<DType> types, int batchSize = 32)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new(names, shapes, types, batchSize, null, false, null, elements.Map(e => Elements.Leaves(e).Select((a, i) => i < types.Count && a.DType != types[i] ? a.Cast(types[i]) : a).ToArray()).Batch(batchSize));
    }

    /// <summary>The dataset that a value is computed from.</summary>
    internal static TFDataset Of(Variable value, string caller)
    {
        var found = Topology.Sort([value.Node]).Select(n => owners.TryGetValue(n, out var owner) ? owner : null).OfType<TFDataset>().Distinct().ToArray();
        return found is [var one] ? one : throw new GraphException($"{caller}: the value depends on {found.Length} TFDatasets. Expected one: compute it from the Tensors of one dataset.");
    }

    /// <summary>Trains a model whose inputs are some of the tensors.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The places of its inputs among the tensors.</param>
    /// <param name="labels">The places of its labels; none where its output is what is minimised.</param>
    /// <param name="validation">What is evaluated after each epoch.</param>
    /// <param name="end">When training ends.</param>
    /// <param name="trainer">Who makes the steps.</param>
    /// <param name="callbacks">What watches.</param>
    internal History Fit(Model model, int[] inputs, int[] labels, TFDataset? validation, Trigger end, ITrainer? trainer, IEnumerable<Callback> callbacks)
    {
        ValidationData? held = validation is null ? null : validation.Parted(inputs, labels);
        return whole is null ? model.Fit(batches!.Map(b => Parts(b, inputs, labels)), callbacks: callbacks, verbose: 0, validationData: held, trainer: trainer, endTrigger: end)
            : model.Fit(Parts([.. whole], inputs, labels).X, Parts([.. whole], inputs, labels).Y, BatchSize, callbacks: callbacks, verbose: 0, validationData: held, validationBatchSize: validation?.BatchOf(trainer), shuffle: shuffle, trainer: trainer, endTrigger: end);
    }

    int BatchOf(ITrainer? trainer) => BatchPerThread * ((trainer as ZooContext)?.Workers ?? 1) ?? BatchSize;

    (Arrays X, Arrays Y) Parted(int[] inputs, int[] labels) => whole is { } all ? Parts([.. all], inputs, labels)
        : throw new InvalidOperationException("TFDataset: a dataset from FromDataset cannot be validated on. Expected one of arrays. Use FromRdd or FromNdarrays.");

    static (Arrays X, Arrays Y) Parts(NDArray[] tensors, int[] inputs, int[] labels) =>
        (Array.ConvertAll(inputs, i => tensors[i]), labels.Length == 0 ? NDArray.Zeros([(int)tensors[0].Shape[0]]) : (Arrays)Array.ConvertAll(labels, i => tensors[i]));
}
