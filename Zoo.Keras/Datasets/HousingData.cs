namespace Zoo.Keras.Datasets;

/// <summary>Tables of houses: x [n, k] and y [n] in one file, shuffled and split as Keras does.</summary>
internal static class HousingData
{
    internal static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Read(string caller, string path, double testSplit, int seed, int? rows = null)
    {
        var (x, y) = (Npy.Numbers(path, "x"), Npy.Numbers(path, "y"));
        if (x.Shape.Rank != 2 || y.Shape.Rank != 1 || x.Shape[0] != y.Shape[0]) throw new InvalidDataException($"{path}: x is {x.Shape}, y {y.Shape}. Expected [n, k] and [n].");
        var count = Math.Min(rows ?? y.Count, y.Count);
        var order = new NumpyRandom((uint)seed).Order(count);
        var at = Held(caller, count, testSplit);
        return ((x.Rows(order[..at]), y.Rows(order[..at])), (x.Rows(order[at..]), y.Rows(order[at..])));
    }

    /// <summary>How many of the rows are for training.</summary>
    internal static int Held(string caller, int count, double testSplit) => testSplit is >= 0 and < 1 ? (int)(count * (1 - testSplit))
        : throw new ArgumentOutOfRangeException(nameof(testSplit), $"{caller}: testSplit is {testSplit}. Expected 0 or more, below 1.");
}
