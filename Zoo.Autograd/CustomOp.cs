using Zoo.Autograd.Graph;

namespace Zoo.Autograd;

/// <summary>The code of an op: reads <paramref name="x"/> and fills <paramref name="y"/> (zeros before), both row-major: <c>x[0].AsSpan&lt;float>()</c>.</summary>
/// <param name="x">The inputs.</param>
/// <param name="y">The result.</param>
public delegate void CustomForward(IReadOnlyList<NDArray> x, NDArray y);

/// <summary>The code of an op's gradient: fills <paramref name="dx"/> (zeros before).</summary>
/// <param name="x">The inputs.</param>
/// <param name="y">The result of the forward code.</param>
/// <param name="dy">The gradient of the result.</param>
/// <param name="dx">A gradient for each input; for one that is no floating-point number it is of no use.</param>
public delegate void CustomBackward(IReadOnlyList<NDArray> x, NDArray y, NDArray dy, IReadOnlyList<NDArray> dx);

/// <summary>An op of C# code, made by <see cref="Op.Custom"/>.</summary>
public sealed class CustomOp : ICallable
{
    readonly Op op;

    internal CustomOp(string name, CustomForward forward, CustomBackward? backward, Func<IReadOnlyList<Shape>, Shape>? shape)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(forward);
        shape ??= shapes => shapes[0];
        var gradient = backward is null ? null : new Op(name + "_gradient", "x:Tin[] -> dx:Tout[]")
        {
            Shape = s => new([.. s.Attr<DType[]>("Tout").Select((_, i) => s[i])]),
            NoGradient = "its backward is C# code, which cannot be differentiated",
            Stateful = true,
            IsCustom = true,
            Kernel = k => k.Managed((_, all) =>
            {
                var x = all[..^2];
                var dx = Array.ConvertAll(x, a => NDArray.Zeros(a.Shape, a.DType));
                Run(name, "backward", () => backward(x, all[^2], all[^1], dx));
                return dx;
            }),
        };
        op = new(name, "x:Tin[] -> y:T")
        {
            Shape = s => Result(shape, [.. Enumerable.Range(0, s.Count).Select(i => s[i])]),
            Grad = gradient is null ? null : (n, g) =>
            {
                var found = gradient.Call([.. n.Inputs, n.Out, g], Attrs.Of(("Tout", Array.ConvertAll(n.Inputs, x => x.DType)))).Outputs;
                return [.. found.Select((d, i) => n[i].DType.IsFloat() ? d : null)];
            },
            NoGradient = gradient is null ? "it was made without a backward (Op.Custom)" : null,
            Stateful = true,   // what the code does is not known: never merged
            IsCustom = true,
            Kernel = k => k.Managed((n, x) =>
            {
                var y = NDArray.Zeros(Result(shape, Array.ConvertAll(x, a => a.Shape)), n.Out.DType);
                Run(name, "forward", () => forward(x, y));
                return [y];
            }),
        };

        Shape Result(Func<IReadOnlyList<Shape>, Shape> rule, Shape[] inputs) => rule(inputs) ?? throw new GraphException($"{name}: its shape function gave null for {string.Join(", ", inputs.AsEnumerable())}. Expected a shape.");
    }

    /// <summary>The name that messages have.</summary>
    public string Name => op.Name;

    /// <summary>The op over values.</summary>
    /// <exception cref="ArgumentException">There is no input.</exception>
    public Variable Apply(params Variable[] inputs) => inputs is { Length: > 0 } ? op.Call(inputs, Attrs.Of(("T", inputs[0].DType))).Out
        : throw new ArgumentException($"{Name}: no input was given. Expected at least one.", nameof(inputs));

    static void Run(string name, string what, Action code)
    {
        try
        {
            code();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new EngineException($"{name}: its {what} code failed: {e.Message}", e) { Op = name };
        }
    }
}
