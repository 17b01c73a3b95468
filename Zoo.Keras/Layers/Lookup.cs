using System.Text;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: vocabularies: given, adapted, from files; every form of result.
/// <summary>Words of a vocabulary to their numbers, or back. The vocabulary is given, or found in data by Adapt: the most frequent words first.</summary>
[KerasBuildConfig(isEmpty: true)]
public abstract class Lookup : Layer
{
    LookupTable? table;
    Parameter? weights;
    double[]? idf;
    int? announced;   // by a file whose vocabulary comes after the layer

    private protected Lookup(DType words) => Words = words;

    /// <summary>Whether numbers become words.</summary>
    public bool Invert { get; init; }

    /// <summary>The most words, those for unknown and masked ones included; no limit by default.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How many numbers stand for unknown words: with several a hash chooses; with none an unknown word is number −1.</summary>
    public int NumOovIndices { get; init; } = 1;

    /// <summary>The form of the result.</summary>
    public OutputMode OutputMode { get; init; }

    /// <summary>Whether vectors have the length <see cref="MaxTokens"/> however many words there are.</summary>
    public bool PadToMaxTokens { get; init; }

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one. Not for the output mode int.</summary>
    public bool Sparse { get; init; }

    /// <summary>For tf_idf: the weight of each word.</summary>
    public double[]? IdfWeights { get => idf; init => idf = value; }

    /// <summary>How unknown numbers are dealt out: floormod or farmhash; unknown strings always by a hash.</summary>
    public string OovMethod { get; init; } = "floormod";

    /// <summary>The key of SipHash, in place of FarmHash, for unknown words.</summary>
    public long[]? Salt { get; init => field = value is [var both] ? [both, both] : value; }

    /// <summary>How many words there are, with those for unknown and masked ones; null before there is a vocabulary.</summary>
    public int? VocabularySize { get => Size() ?? announced; init => announced = value; }

    int? Size()
    {
        Ready();
        return Tokens is null ? null : Tokens.Count + TokenStart;
    }

    /// <summary>The type of the words.</summary>
    private protected DType Words { get; }

    /// <summary>The words without special ones.</summary>
    internal NDArray? Tokens { get; private set; }

    private protected abstract object? Mask { get; }

    private protected abstract object Oov { get; }

    /// <summary>Makes the table of a vocabulary that was given.</summary>
    internal abstract void Ready();

    /// <summary>Whether the vocabulary stands in the configuration.</summary>
    private protected abstract bool IsGiven { get; }

    private protected override bool Autocasts => false;

    int OovStart => Mask is not null && OutputMode.Name == "int" ? 1 : 0;

    int TokenStart => OovStart + NumOovIndices;

    int Depth => PadToMaxTokens ? MaxTokens ?? throw new ArgumentException($"{Name}: PadToMaxTokens is set without MaxTokens. Expected both.") : VocabularySize ?? throw Empty();

    InvalidOperationException Empty() => new($"{Name}: it has no vocabulary yet. Call Adapt with data first, or give the vocabulary.");

    /// <summary>A word as a tensor of a type.</summary>
    internal static NDArray Token(object word, DType dtype) => dtype == DType.String ? NDArray.From(new[] { Convert.ToString(word, System.Globalization.CultureInfo.InvariantCulture)! }, Shape.Scalar)
        : NDArray.Scalar(Convert.ToDouble(word, System.Globalization.CultureInfo.InvariantCulture), dtype);

    /// <summary>Sets the words; special ones may stand at the beginning.</summary>
    /// <exception cref="ArgumentException">A word stands twice, there are none, or more than <see cref="MaxTokens"/>.</exception>
    private protected void Set(NDArray words)
    {
        object[] special = [.. Enumerable.Repeat(Mask!, OovStart), .. Enumerable.Repeat(Oov, NumOovIndices)];
        var found = special.Length > 0 && words.Count >= special.Length && !special.Where((s, i) => !Token(s, Words).HoldsTheSame(words.Rows(i, 1).Reshape([]))).Any();
        var tokens = found ? words.Rows(special.Length, words.Count - special.Length).Clone() : words;
        if (MaxTokens is { } most && tokens.Count + TokenStart > most) throw new ArgumentException($"{Name}: a vocabulary of {tokens.Count + TokenStart} words was given. Expected {most} at most (MaxTokens).");
        var numbers = NDArray.From(Enumerable.Range(TokenStart, tokens.Count).Select(i => (long)i).ToArray());
        (table, Tokens) = (Invert ? new(numbers, tokens, "vocabulary") : new(tokens, numbers, "vocabulary"), tokens);
        weights = null;
    }

    /// <summary>The weights of tf_idf, one for each number.</summary>
    Parameter RarityWeights()
    {
        if (weights is not null) return weights;
        if (Tokens is null && announced is not null) return new(NDArray.Zeros([Depth]), "idf_weights", trainable: false);
        var given = idf ?? throw new ArgumentException($"{Name}: the output mode tf_idf has no weights. Expected IdfWeights beside the vocabulary, or a call of Adapt.");
        var front = given.Length == Tokens!.Count ? Enumerable.Repeat(given.Average(), TokenStart) : [];
        float[] all = [.. front.Concat(given).Select(w => (float)w)];
        Array.Resize(ref all, Depth);
        return weights = new(all, "idf_weights", trainable: false);
    }

    internal override IReadOnlyList<(string Key, Parameter Weight)> NamedWeights => OutputMode.Name == "tf_idf" && Tokens is not null && idf is not null ? [("idf_weights", RarityWeights())] : [];

    internal override byte[]? Vocabulary
    {
        get => IsGiven || Tokens is null ? null : Encoding.UTF8.GetBytes(string.Join('\n', Special().Concat(Texts(Tokens))));
        set
        {
            var lines = Encoding.UTF8.GetString(value!).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
            Set(Words == DType.String ? NDArray.From(lines) : NDArray.From(Array.ConvertAll(lines, l => long.Parse(l, System.Globalization.CultureInfo.InvariantCulture))));
            if (OutputMode.Name == "tf_idf") idf = new double[Depth];   // the file has them
        }
    }

    IEnumerable<string> Special() => Enumerable.Repeat($"{Mask}", OovStart).Concat(Enumerable.Repeat($"{Oov}", NumOovIndices));

    static IEnumerable<string> Texts(NDArray words) => words.DType == DType.String ? words.ToStrings() : words.ToArray<long>().Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The words by their numbers.</summary>
    /// <param name="includeSpecialTokens">Whether those for masked and unknown ones are among them.</param>
    public string[] GetVocabulary(bool includeSpecialTokens = true) => Tokens is null ? throw Empty() : [.. includeSpecialTokens ? Special() : [], .. Texts(Tokens)];

    /// <summary>Finds the vocabulary in an array; axis 0 counts documents.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(NDArray data) => Adapt([data]);

    /// <summary>Finds the vocabulary in batches.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(IEnumerable<NDArray> batches) => Count(batches.SelectMany(b => Enumerable.Range(0, b.Shape.Rank == 0 ? 1 : (int)b.Shape[0]).Select(i => b.Shape.Rank == 0 ? b : b.Rows(i, 1))));

    internal void Count(IEnumerable<NDArray> documents)
    {
        if (IsGiven) throw new InvalidOperationException($"{Name}: Adapt was called on a layer with a given vocabulary. Expected a layer without.");
        var (counts, occurs, total) = (new Dictionary<string, long>(), new Dictionary<string, long>(), 0);
        foreach (var document in documents)
        {
            total++;
            var words = Texts(Words == DType.String ? document : document.Cast(DType.Int64)).ToArray();
            foreach (var word in words) counts[word] = counts.GetValueOrDefault(word) + 1;
            foreach (var word in words.Distinct()) occurs[word] = occurs.GetValueOrDefault(word) + 1;
        }
        if (Mask is not null) counts.Remove($"{Mask}");
        counts.Remove($"{Oov}");
        var order = counts.OrderByDescending(c => c.Value);
        var sorted = Words == DType.String ? order.ThenByDescending(c => c.Key, Comparer<string>.Create((a, b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b))))
            : order.ThenByDescending(c => long.Parse(c.Key, System.Globalization.CultureInfo.InvariantCulture));
        string[] learned = [.. sorted.Select(c => c.Key).Take(MaxTokens is { } most ? Math.Max(0, most - TokenStart) : int.MaxValue)];
        if (learned.Length == 0) throw new ArgumentException($"{Name}: Adapt found no words. Expected data with at least one.");
        if (OutputMode.Name == "tf_idf") idf = [.. learned.Select(w => Math.Log(1 + total / (1.0 + occurs[w])))];
        Set(Words == DType.String ? NDArray.From(learned) : NDArray.From(Array.ConvertAll(learned, w => long.Parse(w, System.Globalization.CultureInfo.InvariantCulture))));
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x) => Encoded(Numbers(Words != DType.String || Invert ? A.Cast(x, DType.Int64) : x));

    /// <summary>The number of each word; in other modes than int that of a masked word is one that counts nowhere.</summary>
    internal Variable Numbers(Variable x)
    {
        var t = table ?? (announced is null ? throw Empty() : Invert ? new(DType.Int64, Words) : new LookupTable(Words, DType.Int64));
        if (Invert)
        {
            var words = TableOps.Lookup(t, x, Token(Oov, Words));
            return Mask is null ? words : A.Where(A.Equal(x, A.ZerosLike(x)), A.Constant(Token(Mask, Words)), words);
        }
        var found = TableOps.Lookup(t, x, NDArray.Scalar(NumOovIndices == 1 ? OovStart : -1, DType.Int64));
        if (NumOovIndices > 1)
        {
            var bins = Words == DType.String || OovMethod == "farmhash" ? Hashing.Bins(x, NumOovIndices, Salt) : MathOps.FloorMod.Call(x, A.Constant(NumOovIndices, DType.Int64));
            found = A.Where(A.Equal(found, A.Constant(-1, DType.Int64)), bins + OovStart, found);
        }
        return Mask is null ? found : A.Where(A.Equal(x, A.Constant(Token(Mask, Words))), A.Constant(OutputMode.Name == "int" ? 0 : Depth, DType.Int64), found);
    }

    /// <summary>Numbers in the output mode's form.</summary>
    internal Variable Encoded(Variable numbers)
    {
        OutputMode.Sparse(Sparse, Name);
        if (OutputMode.Name != "tf_idf") return OutputMode.Name == "int" ? numbers : Categories.Encode(numbers, OutputMode, Depth, DType.Int64);
        return Categories.Encode(numbers, "count", Depth, DType.Float32) * RarityWeights().Variable;
    }

    /// <summary>A number that counts nowhere.</summary>
    internal int Nowhere => OutputMode.Name == "int" ? 0 : Depth;
}
