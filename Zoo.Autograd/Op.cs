using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd;

/// <summary>
/// One TensorFlow op, in one place: signature, shape rule, gradient, and how the embedded engine computes it
/// (<see cref="Pointwise"/> for element-wise ops, which the fuser owns, else <see cref="Kernel"/>).
/// </summary>
public sealed class Op
{
    readonly string signature;

    /// <param name="name">TensorFlow's name.</param>
    /// <param name="signature">See <see cref="Graph.Signature"/>.</param>
    internal Op(string name, string signature) => (Name, this.signature) = (name, signature);

    /// <summary>
    /// An op of your own in C#: <c>var cube = Op.Custom("cube", (x, y) => …)</c>, then <c>x >> cube</c> or <c>cube.Apply(a, b)</c>. It runs on the embedded engine, in
    /// models too; TensorFlow cannot run C# code, and says so when a model that has one is compiled for it.
    /// </summary>
    /// <example><code>
    /// var cube = Op.Custom("cube",
    ///     (x, y) => { var to = y.AsSpan&lt;float>(); for (var i = 0; i &lt; to.Length; i++) to[i] = MathF.Pow(x[0].AsSpan&lt;float>()[i], 3); },
    ///     (x, y, dy, dx) => { var to = dx[0].AsSpan&lt;float>(); for (var i = 0; i &lt; to.Length; i++) to[i] = 3 * MathF.Pow(x[0].AsSpan&lt;float>()[i], 2) * dy.AsSpan&lt;float>()[i]; });
    /// </code></example>
    /// <param name="name">A name for messages.</param>
    /// <param name="forward">Fills the result, which has the dtype of the first input.</param>
    /// <param name="backward">Fills the gradients of the inputs; without it the op has none. It cannot be differentiated itself.</param>
    /// <param name="shape">The shape of the result from those of the inputs, in which sizes may be unknown (<see cref="Dim.Any"/>); by default that of the first input.</param>
    public static CustomOp Custom(string name, CustomForward forward, CustomBackward? backward = null, Func<IReadOnlyList<Shape>, Shape>? shape = null) => new(name, forward, backward, shape);

    /// <summary>The reason of ops whose results do not vary smoothly: comparisons, shapes, indices. The gradient ends there in silence.</summary>
    internal const string Discrete = "its result does not vary smoothly";

    Signature? parsed;

    internal string Name { get; }

    internal Signature Signature => parsed ??= new(signature);

    /// <summary>The shapes of the outputs; total over the supported attributes, unknown dimensions included.</summary>
    internal Func<ShapeContext, Shapes> Shape { get; init; } = null!;

    /// <summary>Gradients for the inputs from the gradient of the first output; null where there is none.</summary>
    internal Func<Node, Variable, Variable?[]>? Grad { get; init; }

    /// <summary>The same for ops with several outputs; an entry is null where nothing flows back through that output.</summary>
    internal Func<Node, Variable?[], Variable?[]>? Grads { get; init; }

    /// <summary>
    /// Whether <see cref="Grad"/> is right for complex numbers as it stands, or is a formula of real numbers (see <see cref="Ops.ComplexOps.Gradient"/>); where it is not said, those of element-wise ops are.
    /// </summary>
    internal bool? ComplexGrad { get; init; }

    /// <summary>Why there is no gradient.</summary>
    internal string? NoGradient { get; init; }

    /// <summary>The embedded engine's kernel, over libtorch or managed.</summary>
    internal Func<Kernel, Values>? Kernel { get; init; }

    /// <summary>Additions and multiplications of a node whose shapes are known, for profiles: of ops whose time these are.</summary>
    internal Func<Node, double>? Arithmetic { get; init; }

    /// <summary>The element-wise formula.</summary>
    internal Func<PointwiseBuilder, Reg>? Pointwise { get; init; }

    /// <summary>The output from constant inputs, on the host: shape arithmetic. Null where the engine had better compute it.</summary>
    internal Func<Node, NDArray[], NDArray?>? Fold { get; init; }

    /// <summary>The same for ops with several outputs.</summary>
    internal Func<Node, NDArray[], NDArray[]>? Folds { get; init; }

    /// <summary>What the node is equal to once its shapes are known, if it does nothing (a sum over no axes, a reshape to the same shape).</summary>
    internal Func<Node, Variable?>? Simplify { get; init; }

    /// <summary>
    /// What the embedded engine computes in its place, in other ops, once its shapes are known; null where it has a kernel for this node. It may ask for an input's
    /// value with <see cref="ShapeValues.Needed"/>.
    /// </summary>
    internal Func<Node, Variable[]?>? Composite { get; init; }

    /// <summary>Whether the sizes of its results depend on its inputs' values beyond what its shape rule can ask for: they are known when it has run.</summary>
    internal bool DataDependent { get; init; }

    /// <summary>The same in ops that TensorFlow's CPU kernels can do, for GraphDefs; null where they can do this node.</summary>
    internal Func<Node, Variable[]?>? Portable { get; init; }

    /// <summary>
    /// For an op that TensorFlow does not have: what it means, in ops that it has, over given inputs. GraphDefs hold it as a call of that function, which names the
    /// op and its <see cref="Version"/>.
    /// </summary>
    internal Func<Node, Variable[], Variable[]>? Body { get; init; }

    /// <summary>Which meaning of a composite op this is; grows when <see cref="Body"/> changes.</summary>
    internal int Version { get; init; } = 1;

    /// <summary>Whether its kernel only moves elements; where it is not said, that is so of ops that take elements of every type.</summary>
    internal bool? Moves { get; init; }

    /// <summary>Whether it does something beside giving results (it checks, it prints): it runs in every run that it must come before, as control dependencies say.</summary>
    internal bool Effect { get; init; }

    /// <summary>Whether it is C# code of a user.</summary>
    internal bool IsCustom { get; init; }

    /// <summary>For an op that assigns variables: the new values.</summary>
    internal Func<Node, (Parameter Target, Variable Value)[]>? Assigns { get; init; }

    /// <summary>For an op that files hold and no graph of ours: what it becomes when it is read, in other ops.</summary>
    internal Func<ReadContext, Variable[]>? Reads { get; init; }

    /// <summary>Whether two calls with equal inputs may differ, or the call has an effect: never folded or merged.</summary>
    internal bool Stateful { get; init; }

    /// <summary>Whether the gradient stops here in silence (integers, shapes, comparisons).</summary>
    internal bool HasGradient => Grad is not null || Grads is not null;

    /// <summary>The op that this one is under another name; null where it is none.</summary>
    internal Op? Newer { get; init; }

    /// <summary>This op under another name of TensorFlow's; <paramref name="current"/> says that TensorFlow still takes that name.</summary>
    internal Op Called(string name, string? signature = null, bool current = false)
    {
        Func<Node, Variable[]?> newer = n => Call(n.Inputs, Attrs.Of([.. n.Attrs.All.Where(a => Array.Exists(Signature.Attrs, mine => mine.Name == a.Key)).Select(a => (a.Key, a.Value))])).Outputs;
        return new(name, signature ?? this.signature) { Newer = this, Shape = Shape, Grad = Grad, Grads = Grads, ComplexGrad = ComplexGrad, NoGradient = NoGradient, DataDependent = DataDependent, Moves = Moves, Composite = newer, Portable = current ? null : newer };
    }

    /// <summary>A node that applies this op.</summary>
    /// <exception cref="ShapeException">The shapes do not fit; names op and shapes.</exception>
    /// <exception cref="GraphException">Wrong number of inputs, dtypes or attributes.</exception>
    internal Node Call(IReadOnlyList<Variable> inputs, Attrs attrs, string? name = null, object? tag = null, Node[]? controls = null)
    {
        var given = inputs as Variable[] ?? [.. inputs];
        var bound = new Binder(this, given, attrs);
        attrs = bound.Bind();
        var outputs = bound.Outputs(Shape(new(this, given, attrs)));
        return new(this, given, attrs, outputs, name, tag, controls);
    }

    internal Variable Call(params Variable[] inputs) => Call(inputs, Attrs.None).Out;

    internal Variable Call(Variable[] inputs, params (string, object)[] attrs) => Call(inputs, Attrs.Of(attrs)).Out;

    internal Node Node(Variable[] inputs, params (string, object)[] attrs) => Call(inputs, Attrs.Of(attrs));

    /// <inheritdoc/>
    public override string ToString() => Name;
}
