namespace Zoo.Keras.Datasets;

/// <summary>CIFAR-100 (Krizhevsky, 2009): 50,000 and 10,000 pictures of 32 x 32 pixels in 100 classes, which belong to 20 groups.</summary>
public static class Cifar100
{
    static readonly DataFile File = new("cifar-100-python.tar.gz", "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7") { Remote = "cifar-100-python.tar.gz" };

    /// <summary>Pictures as uint8 [n, 32, 32, 3] and labels as uint8 [n, 1], for training and for testing.</summary>
    /// <param name="labelMode"><c>fine</c>: of 100 classes, <c>coarse</c>: of 20 groups.</param>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load(string labelMode = "fine") => Read(() => Path.Combine(DataFolder.Get("cifar-100", [File], [CifarFiles.Mirror]), File.Name), labelMode);

    internal static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Read(Func<string> archive, string labelMode)
    {
        if (labelMode is not ("fine" or "coarse")) throw new ArgumentException($"Cifar100: labelMode '{labelMode}'. Expected fine or coarse.");
        var parts = CifarFiles.Read(archive(), [["cifar-100-python/train"], ["cifar-100-python/test"]], $"{labelMode}_labels");
        return (parts[0], parts[1]);
    }
}
