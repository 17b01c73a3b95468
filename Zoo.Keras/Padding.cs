namespace Zoo.Keras;

/// <summary>
/// What windows do at borders: <c>valid</c> (they stay inside), <c>same</c> (zeros are added so that stride 1 keeps the size) or, over one axis, <c>causal</c>
/// (zeros are added before, so that no place sees what comes after it).
/// </summary>
public readonly record struct Padding
{
    readonly string? name;

    Padding(string name) => this.name = name;

    /// <summary>Windows stay inside.</summary>
    public static Padding Valid => new("valid");

    /// <summary>Zeros are added.</summary>
    public static Padding Same => new("same");

    /// <summary>Zeros are added before.</summary>
    public static Padding Causal => new("causal");

    /// <summary>Keras' name.</summary>
    public string Name => name ?? "valid";

    internal bool IsCausal => Name == "causal";

    /// <summary>TensorFlow's name; what causal adds is added before.</summary>
    internal string Upper => IsCausal ? "VALID" : Name.ToUpperInvariant();

    /// <summary>The same padding, checked not to be causal.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    internal Padding NotCausal(string where) => !IsCausal ? this : throw new ArgumentException($"{where}: padding 'causal' is not possible here. Expected valid or same.");

    /// <summary>The padding with a name.</summary>
    /// <exception cref="ArgumentException">It is not valid, same or causal.</exception>
    public static implicit operator Padding(string name) => name.ToLowerInvariant() is "valid" or "same" or "causal" ? new(name.ToLowerInvariant())
        : throw new ArgumentException($"padding: '{name}' is not known. Expected valid, same or causal.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
