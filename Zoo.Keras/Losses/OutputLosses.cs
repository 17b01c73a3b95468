using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Keras;

/// <summary>The losses of a model: one (for every output), one an output in order (<c>["mse", "mae"]</c>), or by the outputs' names (<c>new() { ["a"] = "mse" }</c>); null for none.</summary>
[CollectionBuilder(typeof(OutputLosses), nameof(Create))]
public sealed class OutputLosses : IKerasValue<OutputLosses>, IEnumerable<LossFunction?>
{
    readonly List<LossFunction?> list = [];
    readonly Dictionary<string, LossFunction?>? named;

    /// <summary>Losses by name, to be filled.</summary>
    public OutputLosses() => named = [];

    OutputLosses(IEnumerable<LossFunction?> values, bool single) => (list, IsSingle) = ([.. values], single);

    bool IsSingle { get; }

    /// <summary>The loss of the output with a name.</summary>
    public LossFunction? this[string output]
    {
        get => (named ?? [])[output];
        set => (named ?? throw new InvalidOperationException($"losses: these are given in order, '{output}' cannot be added by name. Start with new OutputLosses().")).Add(output, value);
    }

    /// <summary>Losses in the order of the outputs.</summary>
    public static OutputLosses Create(ReadOnlySpan<LossFunction?> values) => new(values.ToArray(), single: false);

    /// <summary>A loss by name.</summary>
    public static implicit operator OutputLosses(string name) => new([new(name)], single: true);

    /// <summary>A loss.</summary>
    public static implicit operator OutputLosses(LossFunction loss) => new([loss], single: true);

    /// <summary>A loss object.</summary>
    public static implicit operator OutputLosses(Loss loss) => new([new(loss)], single: true);

    /// <summary>A formula of labels and predictions.</summary>
    public static implicit operator OutputLosses(Func<Variable, Variable, Variable> formula) => new([new(formula)], single: true);

    /// <summary>The loss of each output.</summary>
    internal LossFunction?[] For(IReadOnlyList<string> outputs)
    {
        if (IsSingle) return [.. outputs.Select(_ => list[0])];
        if (named is null) return list.Count == outputs.Count ? [.. list] : throw new ArgumentException($"Compile: {list.Count} losses were given. Expected one for each of {outputs.Count} outputs: {string.Join(", ", outputs)}.");
        OutputNames.Check(named.Keys, outputs, "losses");
        return [.. outputs.Select(o => named.GetValueOrDefault(o))];
    }

    /// <inheritdoc/>
    public object? ToKeras() => IsSingle ? list[0]?.ToKeras() : named is null ? list.ConvertAll(l => l?.ToKeras()) : named.ToDictionary(n => n.Key, n => n.Value?.ToKeras());

    /// <inheritdoc/>
    public static OutputLosses FromKeras(object? value)
    {
        switch (OutputNames.Described<Loss>(value))
        {
            case List<object?> items: return new(items.Select(One), single: false);
            case Dictionary<string, object?> map:
                var losses = new OutputLosses();
                foreach (var (name, one) in map) losses[name] = One(one);
                return losses;
            case var one: return new([One(one)], single: true);
        }
    }

    static LossFunction? One(object? value) => OutputNames.Described<Loss>(value) is { } given ? LossFunction.FromKeras(given) : null;

    /// <inheritdoc/>
    public IEnumerator<LossFunction?> GetEnumerator() => (named is null ? list : (IEnumerable<LossFunction?>)named.Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
