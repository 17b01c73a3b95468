using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Whole numbers of a vocabulary to their places in it, or back.</summary>
[KerasObject("keras.layers"), KerasInert("vocabulary_dtype", "int64")]
public sealed class IntegerLookup : Lookup
{
    readonly long[]? vocabulary;

    /// <summary>A layer without a vocabulary, which Adapt finds.</summary>
    public IntegerLookup() : base(DType.Int64) { }

    /// <summary>The words in their order.</summary>
    [KerasName("vocabulary")]
    public long[]? Terms { get => vocabulary; init => vocabulary = value; }

    /// <summary>What unknown words become when numbers become words.</summary>
    public long OovToken { get; init; } = -1;

    /// <summary>A word that stands for no word, with number 0; none by default.</summary>
    public long? MaskToken { get; init; }

    private protected override object? Mask => MaskToken;

    private protected override object Oov => OovToken;

    private protected override bool IsGiven => vocabulary is not null;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) => Ready();

    internal override void Ready()
    {
        if (vocabulary is not null && Tokens is null) Set(vocabulary);
    }
}
