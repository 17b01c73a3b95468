namespace Zoo.Keras;

/// <summary>What a layer's call gives: one Variable or several; converts from both.</summary>
public readonly struct Outputs
{
    Outputs(Variable[] values) => Values = values;

    internal Variable[] Values { get; }

    /// <summary>One result.</summary>
    public static implicit operator Outputs(Variable value) => new([value]);

    /// <summary>Several results.</summary>
    public static implicit operator Outputs(Variable[] values) => new(values);
}
