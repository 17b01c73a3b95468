using System.IO.Compression;

namespace Zoo.Keras;

/// <summary>Where data come from: arrays, files, folders, tables, code of yours.</summary>
public static partial class Dataset
{
    /// <summary>The rows of an array.</summary>
    public static Dataset<NDArray> FromArrays(NDArray x) => new(Rows(x, null), _ => Each(x));

    /// <summary>The rows of samples and of labels.</summary>
    public static Dataset<(NDArray X, NDArray Y)> FromArrays(NDArray x, NDArray y) => new(Rows(y, Rows(x, null)), _ => Each(x).Zip(Each(y)));

    /// <summary>The rows of samples, of labels and of the samples' weights.</summary>
    public static Dataset<(NDArray X, NDArray Y, NDArray SampleWeight)> FromArrays(NDArray x, NDArray y, NDArray sampleWeight) =>
        new(Rows(sampleWeight, Rows(y, Rows(x, null))), _ => Each(x).Zip(Each(y), Each(sampleWeight)));

    /// <summary>The rows of the arrays of several inputs and outputs.</summary>
    public static Dataset<(Arrays X, Arrays Y)> FromArrays(Arrays x, Arrays y)
    {
        var rows = x.Concat(y).Aggregate((int?)null, (n, a) => Rows(a, n));
        return new(rows, _ => Enumerable.Range(0, rows ?? 0).Select(i => (Row(x, i), Row(y, i))));

        static Arrays Row(Arrays all, int i) => Arrays.Create([.. all.Select(a => At(a, i))], all.Names?.ToArray());
    }

    /// <summary>The elements of a sequence; it is enumerated again for each pass.</summary>
    public static Dataset<T> From<T>(IEnumerable<T> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new(elements.TryGetNonEnumeratedCount(out var count) ? count : null, _ => elements);
    }

    /// <summary>What a function of yours gives; it is called again for each pass.</summary>
    /// <param name="open">Gives the elements of a pass.</param>
    /// <param name="count">How many there will be, where that is known.</param>
    public static Dataset<T> FromGenerator<T>(Func<IEnumerable<T>> open, int? count = null)
    {
        ArgumentNullException.ThrowIfNull(open);
        return new(count, _ => open());
    }

    /// <summary>Whole numbers from 0.</summary>
    public static Dataset<int> Range(int count) => new(count, _ => Enumerable.Range(0, count));

    /// <summary>The files of a folder, in the order of their paths.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="pattern">Which files: <c>*.jpg</c>.</param>
    /// <param name="recursive">Whether those of folders within count too.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static Dataset<string> ListFiles(string folder, string pattern = "*", bool recursive = false)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"Dataset.ListFiles: there is no folder '{folder}'. Expected one that holds the files. Check the path; it is looked for from {Environment.CurrentDirectory}.");
        var files = Directory.GetFiles(folder, pattern, recursive ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly);
        Array.Sort(files, StringComparer.Ordinal);
        return From(files);
    }

    /// <summary>The lines of text files, one after the other; a <c>.gz</c> file is unpacked.</summary>
    public static Dataset<string> FromTextLines(params string[] paths) => new(null, _ => paths.SelectMany(Lines));

    /// <summary>The rows of a table of text (RFC 4180: quotes may hold separators, line ends and doubled quotes); a <c>.gz</c> file is unpacked.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">Whether the first row names the columns.</param>
    /// <param name="separator">What stands between fields.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">While enumerating: a row has another number of fields, or quotes do not close.</exception>
    public static Dataset<CsvRow> FromCsv(string path, bool header = true, char separator = ',')
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"Dataset.FromCsv: there is no file '{path}'. Expected a table of text. Check the path; it is looked for from {Environment.CurrentDirectory}.", path);
        return new(null, _ => CsvReader.Read(path, header, separator));
    }

    static IEnumerable<string> Lines(string path)
    {
        using var reader = Open(path);
        while (reader.ReadLine() is { } line) yield return line;
    }

    internal static StreamReader Open(string path)
    {
        Stream file = File.OpenRead(path);
        return new(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    static IEnumerable<NDArray> Each(NDArray all) => Enumerable.Range(0, (int)all.Shape[0]).Select(i => At(all, i));

    static NDArray At(NDArray all, int row) => all.Rows(row, 1).Reshape(all.Shape[1..]);

    static int? Rows(NDArray array, int? count)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Shape.Rank == 0 || count is { } n && array.Shape[0] != n)
            throw new ShapeException($"Dataset.FromArrays: an array is {array.Shape}{(count is null ? "" : $", the ones before have {count} rows")}. Expected arrays with the same number of rows.") { Actual = array.Shape };
        return (int)array.Shape[0];
    }
}
