using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Where the channels stand: <c>channels_last</c> [batch, height, width, channels], the default, or <c>channels_first</c> [batch, channels, height, width].</summary>
public readonly record struct DataFormat
{
    readonly string? name;

    DataFormat(string name) => this.name = name;

    /// <summary>Channels come last.</summary>
    public static DataFormat ChannelsLast => new("channels_last");

    /// <summary>Channels come right after the batch.</summary>
    public static DataFormat ChannelsFirst => new("channels_first");

    /// <summary>Keras' name.</summary>
    public string Name => name ?? "channels_last";

    internal bool IsFirst => Name == "channels_first";

    /// <summary>The axis of the channels in a shape with the batch.</summary>
    internal int ChannelAxis => IsFirst ? 1 : -1;

    /// <summary>Graphs are channels last: a layer of the other format transposes at its border.</summary>
    internal Variable ToLast(Variable x) => IsFirst && x.Shape.Rank > 2 ? A.Transpose(x, [0, .. Enumerable.Range(2, x.Shape.Rank - 2).Select(i => (long)i), 1]) : x;

    /// <summary>The way back.</summary>
    internal Variable FromLast(Variable x) => IsFirst && x.Shape.Rank > 2 ? A.Transpose(x, [0, x.Shape.Rank - 1, .. Enumerable.Range(1, x.Shape.Rank - 2).Select(i => (long)i)]) : x;

    /// <summary>The format with a name.</summary>
    /// <exception cref="ArgumentException">It is not channels_last or channels_first.</exception>
    public static implicit operator DataFormat(string name) => name.ToLowerInvariant() is "channels_last" or "channels_first" ? new(name.ToLowerInvariant())
        : throw new ArgumentException($"data format: '{name}' is not known. Expected channels_last or channels_first.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
