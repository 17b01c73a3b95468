namespace Zoo.Keras;

/// <summary>Batches of the files of a folder: what they hold, and their classes, or null where there are none.</summary>
public sealed class DirectoryDataset : Dataset<(NDArray X, NDArray? Y)>
{
    internal DirectoryDataset(Dataset<(NDArray X, NDArray? Y)> batches, DirectoryIndex index) : base(batches) => (ClassNames, FilePaths) = (index.ClassNames, index.Paths);

    /// <summary>The names of the classes; a label is a place in them.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The files, in the order without shuffling.</summary>
    public IReadOnlyList<string> FilePaths { get; }
}
