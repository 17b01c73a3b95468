using System.Globalization;
using System.Text;

namespace Zoo.Keras;

// Longer than a layer should be: it reads GloVe files.
/// <summary>
/// Vectors of words from a GloVe text file (Pennington and others, 2014; Analytics Zoo's WordEmbedding): a line holds a word and its numbers. Words are numbered from 1; 0 is for unknown
/// words and has a vector of zeros. The vectors are not trained unless <see cref="Layer.Trainable"/> is set. A saved model holds them and needs the file no more.
/// </summary>
/// <example><code>var words = K.Input([100], dtype: DType.Int32) >> new WordEmbedding("glove.6B.50d.txt", new Dictionary&lt;string, int&gt; { ["the"] = 1 });</code></example>
[KerasObject(Package = "zoo")]
public sealed class WordEmbedding : Embedding
{
    /// <summary>A table of a size, whose values a file or <see cref="Layer.Weights"/> will give.</summary>
    public WordEmbedding(int inputDim, int outputDim) : base(inputDim, outputDim) => Trainable = false;

    /// <summary>The vectors of a file.</summary>
    /// <param name="embeddingFile">The file.</param>
    /// <param name="wordIndex">The number of each word, from 1; without it every word of the file by its line, as <see cref="GetWordIndex"/> tells.</param>
    /// <param name="trainable">Whether training changes the vectors.</param>
    /// <param name="inputLength">The length of the sequences, where this is the first layer of a <see cref="Sequential"/>.</param>
    public WordEmbedding(string embeddingFile, IReadOnlyDictionary<string, int>? wordIndex = null, bool trainable = false, int? inputLength = null) : this(PrepareEmbedding(embeddingFile, wordIndex)) =>
        (Trainable, InputShape) = (trainable, inputLength is { } length ? [length] : null);

    WordEmbedding(NDArray vectors) : base((int)vectors.Shape[0], (int)vectors.Shape[1]) => EmbeddingsInitializer = new Given(vectors);

    /// <summary>The number of each word of a file: that of its line, from 1; of a word that comes twice, the last.</summary>
    public static Dictionary<string, int> GetWordIndex(string embeddingFile)
    {
        var (index, line) = (new Dictionary<string, int>(), 0);
        foreach (var (word, _) in Lines(embeddingFile)) index[word] = ++line;
        return index;
    }

    /// <summary>The table of vectors [largest number + 1, length] for words by number.</summary>
    /// <param name="embeddingFile">A GloVe text file.</param>
    /// <param name="wordIndex">The number of each word, from 1; without it every word of the file by its line.</param>
    /// <param name="randomizeUnknown">Whether words that the file lacks get random vectors within ±1, equal ones at each call; else zeros.</param>
    /// <param name="normalize">Whether each vector is brought to length 1.</param>
    /// <exception cref="InvalidDataException">A line is not as the others.</exception>
    public static NDArray PrepareEmbedding(string embeddingFile, IReadOnlyDictionary<string, int>? wordIndex = null, bool randomizeUnknown = false, bool normalize = false)
    {
        if (wordIndex?.Values.Any(n => n < 1) == true) throw new ArgumentException($"WordEmbedding: '{wordIndex.First(w => w.Value < 1).Key}' has the number {wordIndex.Values.Min()}. Expected numbers from 1, for 0 is unknown words.");
        var found = new Dictionary<int, float[]>();
        var (line, length) = (0, 0);
        foreach (var (word, numbers) in Lines(embeddingFile))
        {
            line++;
            if (wordIndex is not null && !wordIndex.ContainsKey(word)) continue;
            var vector = found[wordIndex?[word] ?? line] = Array.ConvertAll(numbers, n => float.TryParse(n, CultureInfo.InvariantCulture, out var x) ? x : throw Bad(embeddingFile, line, $"'{n}' is no number"));
            if (length == 0) length = vector.Length;
            if (vector.Length != length || length == 0) throw Bad(embeddingFile, line, $"it has {vector.Length} numbers, others have {length}");
        }
        if (found.Count == 0) throw new InvalidDataException($"WordEmbedding: '{embeddingFile}' has no vector for any of {wordIndex?.Count ?? 0} words. Expected a GloVe text file with some of them.");
        var rows = (wordIndex?.Values.Max() ?? line) + 1;
        var table = new float[rows * length];
        for (var row = 1; row < rows; row++)
        {
            var random = new SplitMix(SplitMix.Derive((ulong)row, "word"));
            var vector = found.GetValueOrDefault(row) ?? (randomizeUnknown ? [.. Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1))] : null);
            var norm = vector is not null && normalize ? MathF.Sqrt(vector.Sum(x => x * x)) : 1;
            for (var i = 0; vector is not null && i < length; i++) table[row * length + i] = vector[i] / (norm == 0 ? 1 : norm);
        }
        return NDArray.From(table, [rows, length]);
    }

    /// <summary>Words hold no space, but for a few of the largest file: the numbers are what can be read as such from the end.</summary>
    static IEnumerable<(string Word, string[] Numbers)> Lines(string file)
    {
        var length = 0;
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
        {
            var parts = line.TrimEnd().Split(' ');
            if (length == 0) length = parts.Length - 1;
            var numbers = Math.Min(length, parts.Length - 1);
            yield return (string.Join(' ', parts[..^numbers]), parts[^numbers..]);
        }
    }

    static InvalidDataException Bad(string file, int line, string what) => new($"WordEmbedding: '{file}', line {line}: {what}. Expected a word and its vector, as GloVe's text files. Download the file again.");
}
