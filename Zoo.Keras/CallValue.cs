namespace Zoo.Keras;

/// <summary>
/// An argument that a layer's call gets by name (Keras' keyword argument): a Variable, several of which some may be absent, a truth value, a number or a text.
/// Converts from all of them: <c>attention.ApplyMany([q, v], ("mask", m), ("return_attention_scores", true))</c>.
/// </summary>
public readonly struct CallValue
{
    CallValue(object? content) => Content = content;

    /// <summary>A Variable, an array with Variables and nulls, or a plain value.</summary>
    internal object? Content { get; }

    /// <summary>One Variable.</summary>
    public static implicit operator CallValue(Variable value) => new(value);

    /// <summary>Several Variables, some of which may be null, as a mask for each of several inputs.</summary>
    public static implicit operator CallValue(Variable?[] values) => new(Array.ConvertAll(values, v => (object?)v));

    /// <summary>A truth value, such as <c>use_causal_mask</c>.</summary>
    public static implicit operator CallValue(bool value) => new(value);

    /// <summary>A whole number.</summary>
    public static implicit operator CallValue(long value) => new(value);

    /// <summary>A real number.</summary>
    public static implicit operator CallValue(double value) => new(value);

    /// <summary>A text.</summary>
    public static implicit operator CallValue(string value) => new(value);
}
