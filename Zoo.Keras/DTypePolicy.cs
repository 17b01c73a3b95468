using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// The types in which a layer computes and keeps its weights (Keras' DTypePolicy): <c>float32</c>, or <c>mixed_float16</c>, which computes in
/// half precision over float32 weights. Converts from a name and from a <see cref="DType"/>.
/// </summary>
[KerasObject("keras"), KerasShared]
public sealed class DTypePolicy
{
    const string Mixed = "mixed_";

    /// <summary>The policy with a name: a floating-point or integer dtype, <c>mixed_float16</c> or <c>mixed_bfloat16</c>.</summary>
    /// <exception cref="ArgumentException">No policy has that name.</exception>
    public DTypePolicy(string name)
    {
        Name = name;
        var mixed = name.StartsWith(Mixed, StringComparison.Ordinal);
        ComputeDType = DTypes.Parse(mixed ? name[Mixed.Length..] : name);
        VariableDType = mixed ? DType.Float32 : ComputeDType;
        if (mixed && ComputeDType is not (DType.Float16 or DType.BFloat16))
            throw new ArgumentException($"dtype policy: '{name}' is not known. Expected a dtype, mixed_float16 or mixed_bfloat16.");
    }

    /// <summary>float32 throughout: the default.</summary>
    public static DTypePolicy Float32 { get; } = new("float32");

    /// <summary>The policy of layers that are not given one: <see cref="Float32"/> unless it is set (Keras' <c>set_dtype_policy</c>).</summary>
    public static DTypePolicy Global { get; set; } = Float32;

    /// <summary>The name in files.</summary>
    public string Name { get; }

    /// <summary>The type of inputs and intermediate values; floating-point inputs are cast to it.</summary>
    public DType ComputeDType { get; }

    /// <summary>The type of weights.</summary>
    public DType VariableDType { get; }

    /// <summary>The policy with a name.</summary>
    public static implicit operator DTypePolicy(string name) => new(name);

    /// <summary>The policy of one dtype for everything.</summary>
    public static implicit operator DTypePolicy(DType dtype) => new(dtype.Name());

    /// <inheritdoc/>
    public override string ToString() => Name;
}
