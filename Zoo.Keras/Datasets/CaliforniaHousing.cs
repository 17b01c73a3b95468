namespace Zoo.Keras.Datasets;

/// <summary>California housing (Pace and Barry, 1997): 20,640 districts with 8 features each and the median value of houses in dollars, in the order that Keras gives them.</summary>
public static class CaliforniaHousing
{
    static readonly DataFile File = new("california_housing.npz", "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f") { Remote = "california_housing.npz" };

    /// <summary>Features [n, 8] and values [n], in the file's floating-point type, for training and for testing.</summary>
    /// <param name="version"><c>large</c>: all, <c>small</c>: the first 600.</param>
    /// <param name="testSplit">The part that is kept for testing.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load(string version = "large", double testSplit = 0.2, int seed = 113)
    {
        if (version is not ("large" or "small")) throw new ArgumentException($"CaliforniaHousing: version '{version}'. Expected large or small.");
        return HousingData.Read(nameof(CaliforniaHousing), Path.Combine(DataFolder.Get("california_housing", [File], [TextSequences.Mirror]), File.Name), testSplit, seed, version == "small" ? 600 : null);
    }
}
