namespace Zoo.Transfer.Caffe;

/// <summary>What <see cref="Net.LoadCaffe"/> may be told beside the files.</summary>
public sealed record CaffeOptions
{
    /// <summary>Shapes of inputs by the blob's name, without the batch: [3, 224, 224]. They count before those of the file, which a file that reads a database does not have.</summary>
    public IReadOnlyDictionary<string, Shape> InputShapes { get; init; } = new Dictionary<string, Shape>();

    /// <summary>Whether layers are taken that the file has for training only, and those left out that it has for testing only. The net can be trained either way.</summary>
    public bool TrainPhase { get; init; }

    /// <summary>The level for rules of layers (Caffe's <c>min_level</c>, <c>max_level</c>); by default the file's.</summary>
    public int? Level { get; init; }

    /// <summary>The stages for rules of layers (Caffe's <c>stage</c>, <c>not_stage</c>); by default the file's.</summary>
    public IReadOnlyList<string>? Stages { get; init; }

    /// <summary>How many elements weights and constants of layers may have together, beyond what the caffemodel holds; a file of a few bytes can ask for any number.</summary>
    public long MostElements { get; init; } = 1L << 28;
}
