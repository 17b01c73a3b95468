using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: splits, n-grams and lengths of texts are its own, the vocabulary is not.
/// <summary>
/// Text [batch] or [batch, 1] to numbers of words [batch, length], or to one vector a text: made plain, split, looked up in a vocabulary that is given or found by <see cref="Adapt(NDArray)"/>.
/// </summary>
[KerasObject("keras.layers"), KerasInert("ragged", false), KerasInert("encoding", "utf-8"), KerasBuildConfig]
public sealed class TextVectorization : Layer
{
    const string Punctuation = @"[!""#$%&()\*\+,-\./:;<=>?@\[\\\]^_`{|}~\']";
    StringLookup? lookupLayer;
    int? announced;

    /// <summary>The most words, those for padding and unknown ones included; no limit by default.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How text is made plain: lower_and_strip_punctuation, lower, strip_punctuation, or not at all.</summary>
    public string? Standardize { get; init; } = "lower_and_strip_punctuation";

    /// <summary>Where text is split: whitespace, character, or not at all.</summary>
    public string? Split { get; init; } = "whitespace";

    /// <summary>The lengths of runs of words that count as words; only single words by default.</summary>
    public NGrams? Ngrams { get; init; }

    /// <summary>The form of the result.</summary>
    public OutputMode OutputMode { get; init; }

    /// <summary>To how many numbers a text is cut or filled up with 0; by default as many as the longest has.</summary>
    public int? OutputSequenceLength { get; init; }

    /// <summary>Whether vectors have the length <see cref="MaxTokens"/> however many words there are.</summary>
    public bool PadToMaxTokens { get; init; }

    /// <summary>Whether Keras gives a sparse tensor. The numbers are the same, and here they stand in a dense one. Not for the output mode int.</summary>
    public bool Sparse { get; init; }

    /// <summary>The words in their order.</summary>
    [KerasName("vocabulary")]
    public string[]? Terms { get; init; }

    /// <summary>For tf_idf: the weight of each word.</summary>
    public double[]? IdfWeights { get; init; }

    /// <summary>How many words there are, with those for padding and unknown ones.</summary>
    public int? VocabularySize { get => Inner.VocabularySize ?? (OutputMode.Name == "int" ? 2 : 1); init => announced = value; }

    StringLookup Inner => lookupLayer ??= new() { MaxTokens = MaxTokens, OutputMode = OutputMode, PadToMaxTokens = PadToMaxTokens, Sparse = Sparse, Terms = Terms, IdfWeights = IdfWeights, MaskToken = "", VocabularySize = announced, Name = "string_lookup" };

    private protected override bool Autocasts => false;

    internal override IReadOnlyList<(string Key, Parameter Weight)> NamedWeights => Inner.NamedWeights;

    internal override IReadOnlyList<SubLayer> SubLayers => [new("_lookup_layer", Inner)];

    internal override byte[]? Vocabulary
    {
        get => Inner.Vocabulary;
        set => Inner.Vocabulary = value;
    }

    /// <summary>The words by their numbers.</summary>
    /// <param name="includeSpecialTokens">Whether those for padding and unknown ones are among them.</param>
    public string[] GetVocabulary(bool includeSpecialTokens = true) => Inner.GetVocabulary(includeSpecialTokens);

    /// <summary>Finds the vocabulary in an array of texts.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(NDArray data) => Adapt([data]);

    /// <summary>Finds the vocabulary in batches of texts.</summary>
    /// <exception cref="InvalidOperationException">The vocabulary was given.</exception>
    public void Adapt(IEnumerable<NDArray> batches)
    {
        var text = StateOps.Input("text", [Dim.Any], DType.String);
        var (words, splits) = Rows(Plain(text));
        using var session = Autograd.Engine.Engines.Default.Compile(new() { Name = "adapt", Feeds = [text], Fetches = [words, splits] });
        Inner.Count(batches.SelectMany(batch =>
        {
            var found = new NDArray?[2];
            session.Run([batch.Reshape([batch.Count])], found);
            return Enumerable.Range(0, found[1]!.Count - 1).Select(i => found[0]!.Rows((int)found[1]!.Number(i), (int)(found[1]!.Number(i + 1) - found[1]!.Number(i))));
        }));
    }

    /// <inheritdoc/>
    protected override Variable Call(Variable x)
    {
        if (Split is not null && x.Shape.Rank > 1 && x.Shape[-1] != 1) throw new ShapeException($"the input has shape {x.Shape}. Expected one text a sample: [batch] or [batch, 1].") { Actual = x.Shape };
        Inner.Ready();
        x = Plain(x);
        if (Split is null && Ngrams is null) return Sized(Inner.Encoded(Inner.Numbers(x)));
        var (words, splits) = Rows(A.Reshape(x, [-1L]));
        var length = OutputMode.Name == "int" && OutputSequenceLength is { } given ? given : -1;
        var dense = TextSplitOps.RaggedTensorToTensor.Call([A.Constant(new long[] { -1, length }), Inner.Numbers(words), A.Constant(Inner.Nowhere, DType.Int64), splits], ("row_partition_types", new[] { "ROW_SPLITS" }));
        return Inner.Encoded(dense);
    }

    /// <summary>Numbers of whole texts, cut or filled up.</summary>
    Variable Sized(Variable numbers)
    {
        if (OutputMode.Name != "int" || OutputSequenceLength is not { } length || numbers.Shape.Rank < 2 || numbers.Shape[-1] == length) return numbers;
        var have = (int)numbers.Shape[-1];
        return have > length ? numbers[.., ..length] : A.Concat([numbers, A.BroadcastTo(A.Constant(0, DType.Int64), A.Stack([A.SizeOf(numbers, 0), A.Constant(length - have, DType.Int32)]))], 1);
    }

    Variable Plain(Variable x)
    {
        if (Standardize is "lower" or "lower_and_strip_punctuation") x = TextOps.StringLower.Call(x);
        if (Standardize is "strip_punctuation" or "lower_and_strip_punctuation") x = TextOps.StaticRegexReplace.Call([x], ("pattern", Punctuation), ("rewrite", ""));
        return x;
    }

    /// <summary>The words of all texts, and where each text's begin.</summary>
    (Variable Words, Variable Splits) Rows(Variable texts)
    {
        Variable words, splits;
        if (Split == "character")
        {
            var node = TextSplitOps.UnicodeDecode.Node([texts], ("input_encoding", "UTF-8"));
            var each = A.Cast(A.Range(A.SizeOf(node.Outputs[1]) + 1), DType.Int64);
            (words, splits) = (TextSplitOps.UnicodeEncode.Call([node.Outputs[1], each], ("output_encoding", "UTF-8")), node.Outputs[0]);
        }
        else if (Split == "whitespace")
        {
            var node = TextSplitOps.StringSplitV2.Node([texts, A.Constant(NDArray.From(new[] { "" }, Shape.Scalar))]);
            var rows = node.Outputs[0][.., 0];
            var counts = IndexOps.UnsortedSegmentSum.Call(A.OnesLike(rows), rows, A.SizeOf(texts, 0));
            (words, splits) = (node.Outputs[1], A.Concat([A.Constant(new long[] { 0 }), A.Cumsum(counts, 0)], 0));
        }
        else if (Split is null)
        {
            words = texts;
            splits = A.Cast(A.Range(A.SizeOf(texts, 0) + 1), DType.Int64);
        }
        else throw new ArgumentException($"{Name}: Split is '{Split}'. Expected whitespace, character or null.");
        if (Ngrams is not { } runs) return (words, splits);
        var grams = TextSplitOps.StringNGrams.Node([words, splits], ("separator", " "), ("ngram_widths", runs.Widths), ("left_pad", ""), ("right_pad", ""), ("pad_width", 0), ("preserve_short_sequences", false));
        return (grams.Outputs[0], grams.Outputs[1]);
    }
}
