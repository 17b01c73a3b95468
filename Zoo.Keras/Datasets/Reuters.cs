namespace Zoo.Keras.Datasets;

/// <summary>Reuters newswires: 11,228 texts, each a list of word numbers, on 46 topics, in the order that Keras gives them. Words are numbered as with <see cref="Imdb"/>.</summary>
public static class Reuters
{
    static readonly DataFile File = new("reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916") { Remote = "reuters.npz" };
    static readonly DataFile Index = new("reuters_word_index.json", "4d44cc38712099c9e383dc6e5f11a921") { Remote = "reuters_word_index.json" };

    /// <summary>The topics; a label is a place in them.</summary>
    public static IReadOnlyList<string> LabelNames { get; } =
    [
        "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx", "interest",
        "gnp", "meal-feed", "alum", "oilseed", "gold", "tin", "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei", "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver",
        "wpi", "hog", "lead",
    ];

    /// <summary>Texts and topics (int64 [n]), for training and for testing.</summary>
    /// <param name="numWords">Only the most frequent words below this number stay; null: all.</param>
    /// <param name="skipTop">Words below this number, the most frequent ones, do not stay.</param>
    /// <param name="maxLen">Only texts shorter than this; null: all.</param>
    /// <param name="testSplit">The part that is kept for testing.</param>
    /// <param name="seed">Of the order.</param>
    /// <param name="startChar">What each text begins with; null: nothing.</param>
    /// <param name="oovChar">What stands for words that do not stay; null: nothing.</param>
    /// <param name="indexFrom">What is added to the numbers of words.</param>
    /// <exception cref="IOException">The file is nowhere to be had; the message says what was tried and where to put it.</exception>
    public static ((int[][] X, NDArray Y) Train, (int[][] X, NDArray Y) Test) Load(int? numWords = null, int skipTop = 0, int? maxLen = null, double testSplit = 0.2, int seed = 113, int? startChar = 1, int? oovChar = 2, int indexFrom = 3) =>
        Read(Path.Combine(DataFolder.Get("reuters", [File], [TextSequences.Mirror]), File.Name), testSplit, new(numWords, skipTop, maxLen, seed, startChar, oovChar, indexFrom));

    /// <summary>The number of each word, by how often it occurs.</summary>
    /// <exception cref="IOException">The file is nowhere to be had.</exception>
    public static IReadOnlyDictionary<string, int> WordIndex() => TextSequences.WordIndex(Path.Combine(DataFolder.Get("reuters", [Index], [TextSequences.Mirror]), Index.Name));

    internal static ((int[][] X, NDArray Y) Train, (int[][] X, NDArray Y) Test) Read(string path, double testSplit, TextSequences.Options options)
    {
        // Keras moves numbers only where there is a first word or something to add
        var (x, y) = TextSequences.Marked(TextSequences.Shuffled(Npy.Sequences(path, "x"), Npy.Numbers(path, "y"), new((uint)options.Seed)), options);
        x = TextSequences.Limited(x, options, TextSequences.Words(options, x));
        var at = HousingData.Held("Reuters", x.Length, testSplit);
        return ((x[..at], NDArray.From(y[..at], [at])), (x[at..], NDArray.From(y[at..], [y.Length - at])));
    }
}
