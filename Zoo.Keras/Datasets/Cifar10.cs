namespace Zoo.Keras.Datasets;

/// <summary>CIFAR-10 (Krizhevsky, 2009): 50,000 and 10,000 pictures of 32 x 32 pixels in 10 classes.</summary>
public static class Cifar10
{
    static readonly DataFile File = new("cifar-10-python.tar.gz", "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce") { Remote = "cifar-10-python.tar.gz" };

    /// <summary>The classes; a label is a place in them.</summary>
    public static IReadOnlyList<string> LabelNames { get; } = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Pictures as uint8 [n, 32, 32, 3] and labels as uint8 [n, 1], for training and for testing.</summary>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load() => Read(Path.Combine(DataFolder.Get("cifar-10", [File], [CifarFiles.Mirror]), File.Name));

    internal static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Read(string archive)
    {
        const string folder = "cifar-10-batches-py";
        var parts = CifarFiles.Read(archive, [[.. Enumerable.Range(1, 5).Select(i => $"{folder}/data_batch_{i}")], [$"{folder}/test_batch"]], "labels");
        return (parts[0], parts[1]);
    }
}
