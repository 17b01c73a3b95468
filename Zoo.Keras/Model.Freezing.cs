namespace Zoo.Keras;

/// <summary>
/// A model's view of what trains. Models may share layers and each has a view of its own: a weight is trained where the Parameter, its layer and all views in the
/// trained model let it be. The step is lowered again at the next Fit.
/// </summary>
public partial class Model
{
    /// <summary>What this model's own view freezes: layers with all that is in them, and Parameters outside of layers.</summary>
    internal HashSet<object> View { get; } = new(ReferenceEqualityComparer.Instance);

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> TrainableWeights
    {
        get
        {
            if (!Trainable) return [];
            var frozen = Frozen.SelectMany(WeightsOf).ToHashSet();
            return [.. base.TrainableWeights.Concat(graph?.Parameters.Where(p => p.Trainable) ?? []).Distinct().Where(w => !frozen.Contains(w))];
        }
    }

    internal override IEnumerable<object> Parts => base.Parts.Concat(graph?.Parameters ?? []);

    internal override IEnumerable<object> Frozen => base.Frozen.Concat(View.SelectMany(o => o is Layer layer ? layer.Parts : [o]));

    /// <summary>The layers and loose Parameters with weights of their own that do not train.</summary>
    internal IEnumerable<object> Still
    {
        get
        {
            var frozen = FrozenSet();
            return Parts.Where(p => p is Layer { Trainable: false } or Parameter { Trainable: false } || frozen.Contains(p)).Where(p => WeightsOf(p).Any()).Distinct(ReferenceEqualityComparer.Instance)!;
        }
    }

    /// <summary>Whether no weight trains.</summary>
    internal bool IsStill => Parts.Where(p => WeightsOf(p).Any()).Distinct(ReferenceEqualityComparer.Instance).Count() == Still.Count();

    internal HashSet<object> FrozenSet() => Frozen.ToHashSet<object>(ReferenceEqualityComparer.Instance);

    static IEnumerable<Parameter> WeightsOf(object part) => part is Layer layer ? layer.OwnWeights : [(Parameter)part];
}
