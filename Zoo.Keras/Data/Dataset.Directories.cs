using System.Text;

namespace Zoo.Keras;

public static partial class Dataset
{
    static readonly string[] Pictures = [".bmp", ".gif", ".jpeg", ".jpg", ".png"];

    /// <summary>Batches of pictures from a folder with one folder a class, read by threads in the background: Keras' <c>image_dataset_from_directory</c>.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="labels"><c>inferred</c>: from the folders; null: none.</param>
    /// <param name="labelMode"><c>int</c>: int32 [n]; <c>categorical</c>: float32 [n, classes], one-hot; <c>binary</c>: float32 [n, 1]; null: none.</param>
    /// <param name="classNames">The classes in the order of their labels; by default the folders' names in order.</param>
    /// <param name="colorMode"><c>rgb</c>, <c>rgba</c> or <c>grayscale</c>.</param>
    /// <param name="batchSize">Pictures of a batch; null: single ones.</param>
    /// <param name="imageSize">Height and width that all are resized to; 256 x 256 by default.</param>
    /// <param name="shuffle">Whether each pass has a random order; else that of the paths.</param>
    /// <param name="seed">Where the order comes from.</param>
    /// <param name="validationSplit">The part of the files that is kept for validation.</param>
    /// <param name="subset"><c>training</c> or <c>validation</c>, with validationSplit.</param>
    /// <param name="interpolation"><c>bilinear</c> or <c>nearest</c>.</param>
    /// <param name="followLinks">Whether links to folders are followed.</param>
    /// <param name="cropToAspectRatio">Whether pictures are cut, not distorted.</param>
    /// <param name="padToAspectRatio">Whether black is added instead.</param>
    /// <param name="labelList">The labels of the files in the order of their paths, where folders do not tell.</param>
    /// <param name="threads">Threads that decode.</param>
    /// <param name="scaledDecoding">Whether large JPEG pictures are decoded at a lower resolution: faster, with slightly other values.</param>
    /// <exception cref="ArgumentException">An argument does not fit, or there are no pictures.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static DirectoryDataset ImageDatasetFromDirectory(string directory, string? labels = "inferred", string? labelMode = "int", IReadOnlyList<string>? classNames = null, string colorMode = "rgb", int? batchSize = 32,
        (int Height, int Width)? imageSize = null, bool shuffle = true, int? seed = null, double? validationSplit = null, string? subset = null, string interpolation = "bilinear", bool followLinks = false,
        bool cropToAspectRatio = false, bool padToAspectRatio = false, IReadOnlyList<int>? labelList = null, int threads = 1, bool scaledDecoding = false)
    {
        var channels = colorMode switch
        {
            "rgb" => 3,
            "rgba" => 4,
            "grayscale" => 1,
            _ => throw new ArgumentException($"ImageDatasetFromDirectory: colorMode '{colorMode}'. Expected rgb, rgba or grayscale."),
        };
        var (height, width) = imageSize ?? (256, 256);
        DirectoryIndex.Options options = new(directory, labels, labelMode, labelList, classNames, shuffle, seed, validationSplit, subset, followLinks);
        return new DirectoryIndex("ImageDatasetFromDirectory", options, Pictures).Dataset(options, batchSize, threads,
            path => Images.Read(path, height, width, channels, interpolation, cropToAspectRatio, padToAspectRatio, scaledDecoding));
    }

    /// <summary>Batches of texts from a folder with one folder a class, a text a file (<c>.txt</c>): Keras' <c>text_dataset_from_directory</c>. Elements are string arrays [n].</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="labels"><c>inferred</c>: from the folders; null: none.</param>
    /// <param name="labelMode"><c>int</c>, <c>categorical</c>, <c>binary</c> or null.</param>
    /// <param name="classNames">The classes in the order of their labels; by default the folders' names in order.</param>
    /// <param name="batchSize">Texts of a batch; null: single ones.</param>
    /// <param name="maxLength">The bytes of a text (UTF-8) that are kept; what does not make a whole character goes too.</param>
    /// <param name="shuffle">Whether each pass has a random order; else that of the paths.</param>
    /// <param name="seed">Where the order comes from.</param>
    /// <param name="validationSplit">The part of the files that is kept for validation.</param>
    /// <param name="subset"><c>training</c> or <c>validation</c>, with validationSplit.</param>
    /// <param name="followLinks">Whether links to folders are followed.</param>
    /// <param name="labelList">The labels of the files in the order of their paths, where folders do not tell.</param>
    /// <param name="threads">Threads that read.</param>
    /// <exception cref="ArgumentException">An argument does not fit, or there are no texts.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static DirectoryDataset TextDatasetFromDirectory(string directory, string? labels = "inferred", string? labelMode = "int", IReadOnlyList<string>? classNames = null, int? batchSize = 32, int? maxLength = null,
        bool shuffle = true, int? seed = null, double? validationSplit = null, string? subset = null, bool followLinks = false, IReadOnlyList<int>? labelList = null, int threads = 1)
    {
        if (maxLength < 1) throw new ArgumentOutOfRangeException(nameof(maxLength), $"TextDatasetFromDirectory: maxLength {maxLength}. Expected at least 1.");
        DirectoryIndex.Options options = new(directory, labels, labelMode, labelList, classNames, shuffle, seed, validationSplit, subset, followLinks);
        return new DirectoryIndex("TextDatasetFromDirectory", options, [".txt"]).Dataset(options, batchSize, threads, path => NDArray.From([Cut(File.ReadAllText(path), maxLength)], []));
    }

    static string Cut(string text, int? bytes)
    {
        if (bytes is not { } most || Encoding.UTF8.GetByteCount(text) <= most) return text;
        var (kept, used) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if ((used += rune.Utf8SequenceLength) > most) break;
            kept += rune.Utf16SequenceLength;
        }
        return text[..kept];
    }
}
