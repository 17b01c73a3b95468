namespace Zoo.Keras;

/// <summary>
/// What layers of categories give: <c>int</c> (numbers), <c>one_hot</c> (a vector for each), <c>multi_hot</c> (one vector a sample: which occur), <c>count</c> (how often), <c>tf_idf</c> (how
/// often, weighted by how rare the category is).
/// </summary>
public readonly record struct OutputMode
{
    readonly string? name;

    OutputMode(string name) => this.name = name;

    /// <summary>Keras' name.</summary>
    public string Name => name ?? "int";

    /// <summary>The mode with a name; <c>binary</c> and <c>tf-idf</c> are older names of multi_hot and tf_idf.</summary>
    /// <exception cref="ArgumentException">No mode has that name.</exception>
    public static implicit operator OutputMode(string name) => name switch
    {
        "int" or "one_hot" or "multi_hot" or "count" or "tf_idf" => new(name),
        "binary" => new("multi_hot"),
        "tf-idf" => new("tf_idf"),
        _ => throw new ArgumentException($"output mode: '{name}' is not known. Expected int, one_hot, multi_hot, count or tf_idf."),
    };

    /// <summary>The mode, checked to be one that a layer has.</summary>
    internal OutputMode Of(string layer, params ReadOnlySpan<string> modes) => modes.Contains(Name) ? this
        : throw new ArgumentException($"{layer}: it has no output mode '{Name}'. Expected {string.Join(", ", modes.ToArray())}.");

    /// <summary>A flag that says whether vectors are sparse: numbers cannot be.</summary>
    internal bool Sparse(bool sparse, string layer) => !sparse || Name != "int" ? sparse
        : throw new ArgumentException($"{layer}: Sparse is set with the output mode int. Expected one_hot, multi_hot, count or tf_idf, which give vectors.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
