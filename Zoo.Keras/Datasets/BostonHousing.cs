namespace Zoo.Keras.Datasets;

/// <summary>
/// Boston housing (Harrison and Rubinfeld, 1978): 506 places with 13 features each and the median value of homes in thousands of dollars, in the order that Keras gives
/// them. One feature assumes that racial segregation raises prices: Keras advises to use <see cref="CaliforniaHousing"/> instead.
/// </summary>
public static class BostonHousing
{
    static readonly DataFile File = new("boston_housing.npz", "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5") { Remote = "boston_housing.npz" };

    /// <summary>Features as float64 [n, 13] and values as float64 [n], for training and for testing.</summary>
    /// <param name="testSplit">The part that is kept for testing.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load(double testSplit = 0.2, int seed = 113) =>
        HousingData.Read(nameof(BostonHousing), Path.Combine(DataFolder.Get("boston_housing", [File], [TextSequences.Mirror]), File.Name), testSplit, seed);
}
