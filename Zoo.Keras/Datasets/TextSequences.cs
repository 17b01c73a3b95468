using System.Text.Json;

namespace Zoo.Keras.Datasets;

/// <summary>What IMDB and Reuters have in common: texts as lists of word numbers, of which rare and frequent ones are replaced. In Keras' way, Keras' order included.</summary>
internal static class TextSequences
{
    internal const string Mirror = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

    /// <summary>Keras' arguments.</summary>
    internal sealed record Options(int? NumWords, int SkipTop, int? MaxLen, int Seed, int? StartChar, int? OovChar, int IndexFrom);

    internal static (int[][] X, NDArray Y) Shuffled(int[][] x, NDArray y, NumpyRandom random)
    {
        if (y.Shape.Rank != 1 || y.Count != x.Length) throw new InvalidDataException($"the file holds {x.Length} texts and labels {y.Shape}. Expected one label for each text.");
        var order = random.Order(x.Length);
        return (Array.ConvertAll(order, i => x[i]), NDArray.From(Array.ConvertAll(order, i => (long)y.Number(i)), [order.Length]));
    }

    /// <summary>Numbers moved to make room for those of the beginning and of unknown words; texts that are too long go.</summary>
    internal static (int[][] X, long[] Y) Marked((int[][] X, NDArray Y) texts, Options options)
    {
        var begin = options.StartChar is { } start ? new[] { start } : [];
        var moved = Array.ConvertAll(texts.X, text => (int[])[.. begin, .. text.Select(w => w + options.IndexFrom)]);
        var labels = texts.Y.ToArray<long>();
        if (options.MaxLen is not { } most) return (moved, labels);
        int[] kept = [.. Enumerable.Range(0, moved.Length).Where(i => moved[i].Length < most)];
        if (kept.Length == 0) throw new ArgumentException($"maxLen {most}: no text is shorter. Expected more than {moved.Min(t => t.Length)}.");
        return (Array.ConvertAll(kept, i => moved[i]), Array.ConvertAll(kept, i => labels[i]));
    }

    internal static int[][] Limited(int[][] x, Options options, int words) =>
        Array.ConvertAll(x, text => options.OovChar is { } unknown ? Array.ConvertAll(text, w => w >= options.SkipTop && w < words ? w : unknown) : Array.FindAll(text, w => w >= options.SkipTop && w < words));

    internal static int Words(Options options, IEnumerable<int[]> texts) => options.NumWords ?? texts.Max(t => t.DefaultIfEmpty().Max());

    internal static IReadOnlyDictionary<string, int> WordIndex(string path) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllBytes(path)) ?? throw new InvalidDataException($"{path} holds null. Expected an object of words and numbers.");
}
