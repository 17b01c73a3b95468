using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Strings of a vocabulary to their places in it, or back.</summary>
[KerasObject("keras.layers"), KerasInert("encoding", "utf-8")]
public sealed class StringLookup : Lookup
{
    readonly string[]? vocabulary;

    /// <summary>A layer without a vocabulary, which Adapt finds.</summary>
    public StringLookup() : base(DType.String) { }

    /// <summary>The words in their order.</summary>
    [KerasName("vocabulary")]
    public string[]? Terms { get => vocabulary; init => vocabulary = value; }

    /// <summary>What unknown words become when numbers become words.</summary>
    public string OovToken { get; init; } = "[UNK]";

    /// <summary>A word that stands for no word, with number 0; none by default.</summary>
    public string? MaskToken { get; init; }

    private protected override object? Mask => MaskToken;

    private protected override object Oov => OovToken;

    private protected override bool IsGiven => vocabulary is not null;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) => Ready();

    internal override void Ready()
    {
        if (vocabulary is not null && Tokens is null) Set(NDArray.From(vocabulary));
    }
}
