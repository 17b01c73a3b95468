using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>
/// A layer: makes its weights in <see cref="Build(Shape)"/> when it first meets an input, and composes its expression in <see cref="Call(Variable)"/>.
/// Applied twice, it shares its weights. Layers that are fields or properties of a layer belong to it: their weights are its weights.
/// </summary>
[KerasShared]
public abstract partial class Layer : ICallable
{
    readonly List<OwnWeight> own = [];
    string? name;
    bool trainable = true;

    sealed record OwnWeight(Parameter Weight, Regularizer? Regularizer, bool Trainable);

    /// <summary>The name; where none is given the model numbers layers of a class: <c>dense</c>, <c>dense_1</c>.</summary>
    public string Name
    {
        get => name ?? DefaultName;
        set => name = value;
    }

    /// <summary>Whether training changes the weights; setting it sets the layers within too. A frozen BatchNormalization keeps its statistics.</summary>
    public bool Trainable
    {
        get => trainable;
        set
        {
            trainable = value;
            foreach (var (_, layer) in SubLayers) layer.Trainable = value;
        }
    }

    /// <summary>The types in which the layer computes and keeps weights (Keras' <c>dtype</c>).</summary>
    [KerasName("dtype")]
    public DTypePolicy DTypePolicy { get; init; } = DTypePolicy.Global;

    /// <summary>A penalty on what the layer gives; none by default.</summary>
    [KerasOptional]
    public Regularizer? ActivityRegularizer { get; init; }

    /// <summary>The shape of one sample, for the first layer of a <see cref="Sequential"/>.</summary>
    [KerasIgnore]
    public Shape? InputShape { get; init; }

    /// <summary>All weights as Keras orders them: the layer's own, trainable ones first, then those of the layers within.</summary>
    [KerasIgnore]
    public virtual IReadOnlyList<Parameter> Weights => [.. OwnWeights.Concat(SubLayers.SelectMany(s => s.Layer.Weights)).Distinct()];

    /// <summary>The weights that training changes.</summary>
    public virtual IReadOnlyList<Parameter> TrainableWeights =>
        Trainable ? [.. OwnWeights.Where(w => w.Trainable).Concat(SubLayers.SelectMany(s => s.Layer.TrainableWeights)).Distinct()] : [];

    /// <summary>The weights that the layer itself made: trainable ones first.</summary>
    internal IReadOnlyList<Parameter> OwnWeights => [.. own.Where(w => w.Trainable).Concat(own.Where(w => !w.Trainable)).Select(w => w.Weight)];

    /// <summary>Parameters beside the weights that runs move on, such as the states of stateful recurrent layers; with those of the layers within.</summary>
    internal IReadOnlyList<Parameter> Carried => [.. OwnCarried.Concat(SubLayers.SelectMany(s => s.Layer.Carried)).Distinct()];

    internal virtual IReadOnlyList<Parameter> OwnCarried => [];

    /// <summary>The layers within, each with the name of the member that holds it.</summary>
    internal virtual IReadOnlyList<SubLayer> SubLayers => Graph.SubLayers.Of(this);

    /// <summary>What has weights or states of its own in here: this layer, those within, and Parameters outside of layers.</summary>
    internal virtual IEnumerable<object> Parts => SubLayers.SelectMany(s => s.Layer.Parts).Prepend(this);

    /// <summary>The parts that views of models in here freeze.</summary>
    internal virtual IEnumerable<object> Frozen => SubLayers.SelectMany(s => s.Layer.Frozen);

    /// <summary>The shapes of the inputs that the weights were made for; null before.</summary>
    internal IReadOnlyList<Shape>? BuiltFor { get; private protected set; }

    /// <summary>The same by the parameters of Keras' build: a shape, or a list of them.</summary>
    internal IReadOnlyList<CallArgument> BuiltShapes { get; private set; } = [];

    /// <summary>The name within the model, such as <c>tower/dense</c>.</summary>
    internal string Path { get => field ?? Name; private set; }

    /// <summary>The model's seed, from which weights' first values and random numbers derive.</summary>
    internal ulong Seed { get; private set; }

    /// <summary>Arrays that a file has beside the numbered weights, under names.</summary>
    internal virtual IReadOnlyList<(string Key, Parameter Weight)> NamedWeights => [];

    /// <summary>How one of the weights is adapted, in classes that may be; files hold the weights without what it added.</summary>
    internal virtual LowRank? Adaptation => null;

    /// <summary>The weights that a file holds, in order.</summary>
    internal IReadOnlyList<Parameter> StoredWeights => Adaptation is { Added: { Length: > 0 } added } ? [.. OwnWeights.Except(added)] : OwnWeights;

    /// <summary>The vocabulary that a file has as an asset; null for none.</summary>
    internal virtual byte[]? Vocabulary { get => null; set => throw new ModelFileException($"Load: {Name} has a vocabulary in the file. Expected none for {GetType().Name}."); }

    internal bool HasName => name is not null;

    /// <summary>Sets <see cref="Trainable"/> of this layer alone: in a file each layer within has a flag of its own.</summary>
    internal bool TrainableAlone { set => trainable = value; }

    /// <summary>What names are made of where none is given, and under which the weights of lists of layers stand in files: Python's class.</summary>
    internal virtual string DefaultName => KerasType.NameOf(GetType());

    /// <summary>The layer's result for given inputs: a node of the graph that knows the layer.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; names the layer, the shapes and where the input comes from.</exception>
    public Variable Apply(params Variable[] inputs) => CallNode(CallForm.Positional(this, inputs)).Out;

    /// <summary>The result with the mode of this call fixed, whatever the model does.</summary>
    public Variable Apply(Variable input, bool training) => CallNode(CallForm.Positional(this, [input]), training).Out;

    /// <summary>The results of a layer or model that has several.</summary>
    public Variable[] ApplyMany(params Variable[] inputs) => CallNode(CallForm.Positional(this, inputs)).Outputs;

    /// <summary>
    /// The result where arguments are given by name, as Keras' keyword arguments: Variables, several of them, options. <c>mask</c> is the mask of the first
    /// input, or an array with one for each; <c>training</c> fixes the mode of this call.
    /// </summary>
    public Variable Apply(IReadOnlyList<Variable> inputs, params ReadOnlySpan<(string Name, CallValue Value)> named) => CallNode(Arguments(inputs, named)).Out;

    /// <summary>The same for a layer that has several results.</summary>
    public Variable[] ApplyMany(IReadOnlyList<Variable> inputs, params ReadOnlySpan<(string Name, CallValue Value)> named) => CallNode(Arguments(inputs, named)).Outputs;

    List<CallArgument> Arguments(IReadOnlyList<Variable> inputs, ReadOnlySpan<(string Name, CallValue Value)> named)
    {
        var arguments = CallForm.Positional(this, inputs).ToList();
        foreach (var (argument, value) in named) arguments.Add(new(argument, value.Content));
        return arguments;
    }

    /// <summary>The node of a call whose arguments, with their names where they are given by name, are Variables, lists or dictionaries of them, or plain values.</summary>
    internal Node CallNode(IEnumerable<CallArgument> arguments, bool? training = null, bool penalized = true)
    {
        var all = arguments.ToList();
        if (all.Find(a => a.Name == "training")?.Value is bool mode) training = mode;
        var (form, inputs) = CallForm.Of(this, all.FindAll(a => a.Name != "training"));
        var call = new LayerCall(this, form, training, penalized);
        var (outputs, _) = Trace(call, inputs, new Variable?[inputs.Length], new(training: false));
        return new(UpperOps.Call, inputs, Attrs.None, Array.ConvertAll(outputs, o => (o.Shape, o.DType)), Name, call);
    }

    /// <summary>The expression of one call, with the mask of each result.</summary>
    internal (Variable[] Outputs, Variable?[] Masks) Trace(LayerCall call, Variable[] inputs, Variable?[] masks, KerasLowering lowering)
    {
        var outer = Parameter.Autocast;
        try
        {
            if (Autocasts) inputs = Array.ConvertAll(inputs, x => x.DType.IsFloat() ? AutoGrad.Cast(x, DTypePolicy.ComputeDType) : x);
            (inputs, masks) = call.Form.Masked(inputs, masks);
            if (BuiltFor is null) BuildOnce(call.Form, inputs);
            Parameter.Autocast = Autocasts && DTypePolicy.ComputeDType.IsFloat() && DTypePolicy.ComputeDType != DTypePolicy.VariableDType ? DTypePolicy.ComputeDType : null;
            var x = new Inputs(inputs, call.Form);
            var context = new CallContext(this, call.Training ?? lowering.Training, x, masks, lowering);
            var outputs = Call(x, context).Values;
            var outputMasks = context.OutputMasks ?? new Variable?[outputs.Length];
            var known = inputs.Concat(masks.OfType<Variable>()).Select(i => i.Node).ToHashSet<Node>(ReferenceEqualityComparer.Instance);
            if (Array.Exists(outputs, o => Topology.Sort([o.Node], known.Contains).Exists(n => n.Tag is IUpperCall)))
                (outputs, outputMasks) = Within(outputs, outputMasks, inputs, masks, context);
            if (SupportsMasking && ComputeMask(x, context) is { } mask) outputMasks[0] ??= mask;
            if (call.Penalized) Penalize(outputs, lowering);
            Regularize(lowering);
            return (outputs, outputMasks);
        }
        catch (ShapeException e) when (e.Layer is null)
        {
            throw new ShapeException($"{Name}: {e.Message} The input comes from {string.Join(", ", inputs.Select(i => i.ToString()))}.", e) { Layer = Name, Op = e.Op, Expected = e.Expected, Actual = inputs.Length > 0 ? inputs[0].Shape : null };
        }
        finally
        {
            Parameter.Autocast = outer;
        }
    }

    /// <summary>Makes the weights for an input of a shape, if they are not there yet.</summary>
    internal void BuildFor(Shape shape)
    {
        if (BuiltFor is not null) return;
        var (form, inputs) = CallForm.Of(this, [.. CallForm.Positional(this, [StateOps.Input("x", shape, DTypePolicy.ComputeDType)])]);
        BuildOnce(form, inputs);
    }

    void BuildOnce(CallForm form, Variable[] inputs)
    {
        var shapes = form.BuildShapes(inputs);
        Build([.. shapes.SelectMany(s => CallForm.Leaves(s.Value)).OfType<Shape>()]);
        Adaptation?.Built(this);
        (BuiltFor, BuiltShapes) = ([.. inputs.Select(x => x.Shape)], shapes);
    }

    /// <summary>A call that applied other layers: their calls are lowered in turn.</summary>
    static (Variable[], Variable?[]) Within(Variable[] outputs, Variable?[] outputMasks, Variable[] inputs, Variable?[] masks, CallContext context)
    {
        Parameter.Autocast = null;
        var inner = context.Lowering.Child(context.Training);
        foreach (var known in inputs.Concat(masks.OfType<Variable>())) inner.Bind(known, known);
        for (var i = 0; i < inputs.Length; i++)
            if (masks[i] is { } mask) inner.State.Masks[inputs[i]] = mask;
        var lowered = inner.Lower(outputs);
        return (lowered, [.. outputs.Select((o, i) => outputMasks[i] is { } own ? inner.Lower(own) : inner.State.Masks.GetValueOrDefault(o))]);
    }

    void Penalize(Variable[] outputs, KerasLowering lowering)
    {
        if (ActivityRegularizer is { } activity && PenalizesActivity)   // the mean over the batch
            lowering.State.Losses.AddRange(outputs.Select(o => activity.Of(o) / AutoGrad.Cast(AutoGrad.ShapeOf(o)[0], o.DType)));
    }

    /// <summary>The penalties on weights; each counts once.</summary>
    internal void Regularize(KerasLowering lowering)
    {
        if (!lowering.Trains(this)) return;
        foreach (var (weight, regularizer, _) in own)
            if (regularizer is not null && weight.Trainable && lowering.State.Regularized.Add(weight)) lowering.State.Losses.Add(regularizer.Of(weight.Variable));
    }

    /// <summary>Makes the weights with <see cref="Weight"/>; called once, with the shape of the first input.</summary>
    protected virtual void Build(Shape input) { }

    /// <summary>The same for layers that look at the shapes of all their inputs.</summary>
    protected virtual void Build(IReadOnlyList<Shape> inputs) => Build(inputs.Count > 0 ? inputs[0] : Shape.Unknown);

    /// <summary>The result for one input.</summary>
    protected virtual Variable Call(Variable x) => throw new GraphException($"{Name}: the layer class {GetType().Name} overrides no Call. Override Call(Variable x), or Call(Inputs x, CallContext c) for several inputs or results, masks and the training mode.");

    /// <summary>The result or results for several inputs, or where masks or training matter.</summary>
    protected virtual Outputs Call(Inputs x, CallContext c) => x.Count == 1 ? Call(x[0])
        : throw new GraphException($"{Name}: {x.Count} inputs were given. Expected one. Override Call(Inputs x, CallContext c) in {GetType().Name} to take several.");

    /// <summary>The mask of the result, where <see cref="SupportsMasking"/>; by default that of the first input.</summary>
    protected virtual Variable? ComputeMask(Inputs x, CallContext c) => c.Mask;

    /// <summary>Whether masks pass this layer; where they do not, layers behind it see none.</summary>
    protected virtual bool SupportsMasking => false;

    /// <summary>Whole numbers as the floating-point numbers that they become beside weights.</summary>
    private protected Variable Real(Variable x) => x.DType.IsFloat() ? x : AutoGrad.Cast(x, DTypePolicy.ComputeDType);

    /// <summary>Whether floating-point inputs are cast to the dtype of <see cref="DTypePolicy"/>.</summary>
    private protected virtual bool Autocasts => true;

    /// <summary>Whether <see cref="ActivityRegularizer"/> is for what this layer gives, not for layers within.</summary>
    private protected virtual bool PenalizesActivity => true;

    /// <summary>A weight of the layer.</summary>
    /// <param name="weightName">Its name, such as <c>kernel</c>.</param>
    /// <param name="shape">Its shape; every dimension known.</param>
    /// <param name="initializer">Its first value.</param>
    /// <param name="regularizer">A penalty that training adds to the loss.</param>
    /// <param name="trainable">Whether the optimizer changes it.</param>
    /// <param name="dtype">Its type, by default that of <see cref="DTypePolicy"/>.</param>
    /// <param name="constraint">What it is forced to be after each update.</param>
    /// <exception cref="ShapeException">A dimension is unknown.</exception>
    protected Parameter Weight(string weightName, Shape shape, Initializer initializer, Regularizer? regularizer = null, bool trainable = true, DType? dtype = null, Constraint? constraint = null)
    {
        Parameter parameter = null!;
        var type = dtype ?? DTypePolicy.VariableDType;
        parameter = new(weightName, shape, type, () => initializer.Create(shape, type, SplitMix.Derive(Seed, parameter.Path)), trainable) { Path = $"{Path}/{weightName}", Constraint = constraint is null ? null : constraint.Of };
        own.Add(new(parameter, regularizer, trainable));
        return parameter;
    }

    /// <summary>The weight of the layer that <see cref="Adaptation"/> may adapt.</summary>
    private protected Parameter AdaptedWeight(string weightName, Shape shape, Initializer initializer, Regularizer? regularizer, Constraint? constraint) =>
        Adaptation!.Begin(Weight(weightName, shape, initializer, regularizer, constraint: constraint), constraint, (added, size, first) => Weight(added, size, first, regularizer, dtype: DType.Float32));

    /// <summary>Makes a Parameter that is there already a weight of the layer.</summary>
    private protected void Adopt(Parameter weight)
    {
        weight.Path = $"{Path}/{weight.Name}";
        own.Add(new(weight, null, weight.Trainable));
    }

    /// <summary>Gives the layer and those within their place in a model.</summary>
    internal void Place(string path, ulong seed)
    {
        (Path, Seed) = (path, seed);
        foreach (var (weight, _, _) in own) weight.Path = $"{path}/{weight.Name}";
        var inner = SubLayers;
        Naming.Assign(inner.Select(s => s.Layer));
        foreach (var (_, layer) in inner) layer.Place($"{path}/{layer.Name}", seed);
    }
}
