using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

/// <summary>
/// A trainable leaf of a graph: a weight. It owns its value, of which there is one, wherever it is at home (host, embedded engine, TensorFlow);
/// models that share a Parameter share the value. In the graph it is a resource variable.
/// </summary>
public sealed class Parameter
{
    readonly Lock gate = new();
    NDArray? host;
    Variable? read;

    /// <summary>A parameter with a starting value.</summary>
    public Parameter(NDArray value, string name = "parameter", bool trainable = true) : this(name, value.Shape, value.DType, () => value.Clone(), trainable) { }

    internal Parameter(string name, Shape shape, DType dtype, Func<NDArray> initializer, bool trainable = true)
    {
        if (!shape.IsKnown) throw new ShapeException($"Parameter {name}: the shape {shape} has unknown dimensions. Expected a known size for each. Give the input a full shape (the batch aside).") { Actual = shape };
        (Name, Path, Shape, DType, Initializing, Trainable) = (name, name, shape, dtype, initializer, trainable);
    }

    /// <summary>The name within its layer, such as <c>kernel</c>.</summary>
    public string Name { get; }

    /// <summary>The name within its model, such as <c>dense_1/kernel</c>.</summary>
    public string Path { get; internal set; }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>Whether training changes it, unless a view of the model freezes it.</summary>
    public bool Trainable { get; set; }

    /// <summary>What an update's result is replaced by: the nearest allowed value; null where all are allowed.</summary>
    internal Func<Variable, Variable>? Constraint { get; init; }

    /// <summary>The value as a Variable for use in expressions.</summary>
    public Variable Variable => read ?? Interlocked.CompareExchange(ref read, StateOps.Read(this), null) ?? read;

    /// <summary>The value. Reading gives a copy; writing takes one of the same shape, converting the dtype.</summary>
    /// <exception cref="ShapeException">The new value has another shape.</exception>
    public NDArray Value
    {
        get
        {
            using (Store.Reading())
                lock (gate) return Home is { } home ? home.Read(this) : Host().Clone();
        }
        set
        {
            if (value.Shape != Shape)
                throw new ShapeException($"Parameter {Path}: the new value has shape {value.Shape}. Expected {Shape}.") { Expected = Shape, Actual = value.Shape };
            var mine = value.DType == DType ? value.Clone() : value.Cast(DType);
            using (Store.Writing())
                lock (gate) (host, Home) = (mine, null);
        }
    }

    /// <summary>Makes the first value, when it is first needed.</summary>
    Func<NDArray> Initializing { get; }

    /// <summary>Whether the value was made already; before, it costs no memory.</summary>
    internal bool IsInitialized => host is not null || Home is not null;

    /// <summary>Where the value is when it is not on the host.</summary>
    internal IParameterHome? Home { get; private set; }

    /// <summary>The store whose lock guards the value; parameters of joined models have the same one.</summary>
    internal ParameterStore Store { get => field.Root; set; } = new();

    /// <summary>Moves the value into an engine; called with the store's lock held. The old home gives its value up.</summary>
    internal void MoveTo(IParameterHome home, Action<NDArray> take)
    {
        lock (gate)
        {
            if (ReferenceEquals(Home, home)) return;
            take(Home is { } old ? old.Read(this) : Host());
            (host, Home) = (null, home);
        }
    }

    /// <summary>Makes the first value if it is not there yet; different Parameters may be made at the same time.</summary>
    internal void Initialize()
    {
        lock (gate)
            if (Home is null) Host();
    }

    NDArray Host()
    {
        if (host is not null) return host;
        var made = Initializing();
        if (made.Shape != Shape || made.DType != DType)
            throw new ShapeException($"Parameter {Path}: its initializer gave {made.DType.Name()} {made.Shape}. Expected {DType.Name()} {Shape}.") { Expected = Shape, Actual = made.Shape };
        return host = made;
    }

    /// <summary>The dtype that a layer computes in while it is traced: floating-point weights stand for their value in it (mixed precision).</summary>
    [ThreadStatic]
    internal static DType? Autocast;

    /// <summary>A parameter stands for its value in expressions.</summary>
    public static implicit operator Variable(Parameter parameter) =>
        Autocast is { } dtype && parameter.DType.IsFloat() ? AutoGrad.Cast(parameter.Variable, dtype) : parameter.Variable;

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {DType.Name()} {Shape}{(Trainable ? "" : " (not trainable)")}";
}
