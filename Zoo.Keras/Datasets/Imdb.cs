namespace Zoo.Keras.Datasets;

/// <summary>
/// IMDB (Maas and others, 2011): 25,000 film reviews for training and as many for testing, each a list of word numbers, with 1 for praise and 0 for blame, in the order
/// that Keras gives them. Word 0 fills up, 1 begins a text, 2 stands for words that are left out; the others are <see cref="WordIndex"/> + 3.
/// </summary>
public static class Imdb
{
    static readonly DataFile File = new("imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f") { Remote = "imdb.npz" };
    static readonly DataFile Index = new("imdb_word_index.json", "bfafd718b763782e994055a2d397834f") { Remote = "imdb_word_index.json" };

    /// <summary>Reviews and labels (int64 [n]), for training and for testing.</summary>
    /// <param name="numWords">Only the most frequent words below this number stay; null: all.</param>
    /// <param name="skipTop">Words below this number, the most frequent ones, do not stay.</param>
    /// <param name="maxLen">Only reviews shorter than this; null: all.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="startChar">What each review begins with; null: nothing.</param>
    /// <param name="oovChar">What stands for words that do not stay; null: nothing.</param>
    /// <param name="indexFrom">What is added to the numbers of words.</param>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((int[][] X, NDArray Y) Train, (int[][] X, NDArray Y) Test) Load(int? numWords = null, int skipTop = 0, int? maxLen = null, int seed = 113, int? startChar = 1, int? oovChar = 2, int indexFrom = 3) =>
        Read(Path.Combine(DataFolder.Get("imdb", [File], [TextSequences.Mirror]), File.Name), new(numWords, skipTop, maxLen, seed, startChar, oovChar, indexFrom));

    /// <summary>The number of each word, by how often it occurs.</summary>
    /// <exception cref="IOException">The file is nowhere to be had.</exception>
    public static IReadOnlyDictionary<string, int> WordIndex() => TextSequences.WordIndex(Path.Combine(DataFolder.Get("imdb", [Index], [TextSequences.Mirror]), Index.Name));

    internal static ((int[][] X, NDArray Y) Train, (int[][] X, NDArray Y) Test) Read(string path, TextSequences.Options options)
    {
        // one stream of random numbers orders both parts with Keras; each begins where the one before ended
        var random = new NumpyRandom((uint)options.Seed);
        var parts = Array.ConvertAll(["train", "test"], part => TextSequences.Marked(TextSequences.Shuffled(Npy.Sequences(path, $"x_{part}"), Npy.Numbers(path, $"y_{part}"), random), options));
        var words = TextSequences.Words(options, parts.SelectMany(p => p.X));
        var done = Array.ConvertAll(parts, p => (TextSequences.Limited(p.X, options, words), NDArray.From(p.Y, [p.Y.Length])));
        return (done[0], done[1]);
    }
}
