using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// A layer: makes its weights in <see cref="Build"/> when it first meets an input, and composes its expression in <see cref="Call(Variable)"/>.
/// Applied twice, it shares its weights.
/// </summary>
[KerasShared]
public abstract class Layer : ICallable
{
    readonly List<Parameter> weights = [];
    string? name;
    bool built;

    /// <summary>The name; where none is given the model numbers layers of a class: <c>dense</c>, <c>dense_1</c>.</summary>
    public string Name
    {
        get => name ?? KerasNames.Snake(GetType().Name);
        set => name = value;
    }

    /// <summary>Whether training changes the weights.</summary>
    public bool Trainable { get; set; } = true;

    /// <summary>The shape of one sample, for the first layer of a <see cref="Sequential"/>.</summary>
    [KerasIgnore]
    public Shape? InputShape { get; init; }

    /// <summary>The weights, trainable or not, in the order in which they were made.</summary>
    public virtual IReadOnlyList<Parameter> Weights => weights;

    internal bool HasName => name is not null;

    /// <summary>The layer's result for given inputs: a node of the graph that knows the layer.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; names the layer, the shapes and where the input comes from.</exception>
    public Variable Apply(params Variable[] inputs) => Apply(inputs, null);

    /// <summary>The result with the mode of this call fixed, whatever the model does.</summary>
    public Variable Apply(Variable input, bool training) => Apply([input], training);

    Variable Apply(Variable[] inputs, bool? training)
    {
        var traced = Trace(inputs, new(training ?? false));
        return new Node(UpperOps.Call, inputs, Attrs.None, [(traced.Shape, traced.DType)], Name, new LayerCall(this, training)).Out;
    }

    internal Variable Trace(Variable[] inputs, CallContext context)
    {
        try
        {
            if (!built)
            {
                Build(inputs[0].Shape);
                built = true;
            }
            return Call(inputs, context);
        }
        catch (ShapeException e) when (e.Layer is null)
        {
            throw new ShapeException($"{Name}: {e.Message} The input comes from {string.Join(", ", inputs.Select(i => i.ToString()))}.", e) { Layer = Name, Op = e.Op, Expected = e.Expected, Actual = inputs[0].Shape };
        }
    }

    /// <summary>Makes the weights with <see cref="Weight"/>; called once, with the shape of the first input.</summary>
    protected virtual void Build(Shape input) { }

    /// <summary>The result for one input.</summary>
    protected virtual Variable Call(Variable x) => throw new GraphException($"{Name}: the layer class {GetType().Name} overrides no Call. Override Call(Variable x), or Call(inputs, context) for several inputs.");

    /// <summary>The result for several inputs, or where training matters.</summary>
    protected virtual Variable Call(Variable[] inputs, CallContext context) => inputs.Length == 1 ? Call(inputs[0])
        : throw new GraphException($"{Name}: {inputs.Length} inputs were given. Expected one.");

    /// <summary>A weight of the layer.</summary>
    protected Parameter Weight(string weightName, Shape shape, Initializer initializer, bool trainable = true)
    {
        Parameter parameter = null!;
        parameter = new(weightName, shape, DType.Float32, () => initializer.Create(shape, DType.Float32, SplitMix.Derive(Seed, parameter.Path)), trainable);
        weights.Add(parameter);
        return parameter;
    }

    /// <summary>The model's seed, from which the weights' first values derive.</summary>
    internal ulong Seed { get; set; }
}
