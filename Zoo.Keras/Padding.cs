namespace Zoo.Keras;

/// <summary>What windows do at borders: <c>valid</c> (they stay inside) or <c>same</c> (zeros are added so that stride 1 keeps the size).</summary>
public readonly record struct Padding
{
    readonly string? name;

    Padding(string name) => this.name = name;

    /// <summary>Windows stay inside.</summary>
    public static Padding Valid => new("valid");

    /// <summary>Zeros are added.</summary>
    public static Padding Same => new("same");

    /// <summary>Keras' name.</summary>
    public string Name => name ?? "valid";

    /// <summary>TensorFlow's name.</summary>
    internal string Upper => Name.ToUpperInvariant();

    /// <summary>The padding with a name.</summary>
    /// <exception cref="ArgumentException">It is not valid or same.</exception>
    public static implicit operator Padding(string name) => name.ToLowerInvariant() is "valid" or "same" ? new(name.ToLowerInvariant())
        : throw new ArgumentException($"padding: '{name}' is not known. Expected valid or same.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
