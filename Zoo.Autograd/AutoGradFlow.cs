using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

/// <summary>
/// Branches, loops and gradients of one's own. Their functions get placeholders and give expressions; what these read beyond their arguments, and what does not depend on the arguments, is
/// computed outside, once. No layer can be applied within.
/// </summary>
public static partial class AutoGrad
{
    /// <summary>One of two expressions of x, as a bool number says when it runs; only that one is computed. Its gradient flows to x and to whatever else it reads.</summary>
    /// <example><code>var y = A.Cond(A.Sum(x) > 0, v => A.Sqrt(v), v => v * 0, x);</code></example>
    public static Variable Cond(Variable predicate, Func<Variable, Variable> whenTrue, Func<Variable, Variable> whenFalse, Variable x) => Cond(predicate, v => [whenTrue(v[0])], v => [whenFalse(v[0])], [x])[0];

    /// <summary>The same of several values, with several results, in the same number and dtypes for both.</summary>
    /// <exception cref="GraphException">The branches' results differ in number or dtype.</exception>
    public static Variable[] Cond(Variable predicate, Func<Variable[], Variable[]> whenTrue, Func<Variable[], Variable[]> whenFalse, params Variable[] xs)
    {
        var entries = Places(xs);
        Variable[] yes = whenTrue(entries), no = whenFalse(entries);
        if (!yes.Select(y => y.DType).SequenceEqual(no.Select(y => y.DType)))
            throw new GraphException($"Cond: the branches give {Types(yes)} and {Types(no)}. Expected the same number and dtypes. Cast the results with A.Cast.");
        var (branches, captured) = Close(entries, ("then", yes), ("else", no));
        return FlowOps.StatelessIf.Call([predicate, .. captured, .. xs], Attrs.Of(("then_branch", new FunctionRef(branches[0])), ("else_branch", new FunctionRef(branches[1])), ("Tout", Array.ConvertAll(yes, y => y.DType)))).Outputs;
    }

    /// <summary>
    /// Values that a body changes as long as a condition holds. Without <paramref name="maximumIterations"/> it has no gradient; with them it has one, and each of that many steps is computed,
    /// the values staying as they are once the condition does not hold.
    /// </summary>
    /// <param name="condition">A bool number of the values.</param>
    /// <param name="body">The next values: as many, in the same dtypes and shapes.</param>
    /// <param name="start">The first values.</param>
    /// <param name="maximumIterations">The most steps.</param>
    /// <exception cref="GraphException">The body gives other dtypes, or more or fewer values.</exception>
    public static Variable[] While(Func<Variable[], Variable> condition, Func<Variable[], Variable[]> body, Variable[] start, int? maximumIterations = null)
    {
        var entries = Places(start);
        var (goesOn, next) = (condition(entries), body(entries));
        if (!next.Select(v => v.DType).SequenceEqual(start.Select(v => v.DType))) throw new GraphException($"While: the body gives {Types(next)}. Expected {Types(start)}, as it began. Cast the results with A.Cast.");
        if (maximumIterations is { } most)
        {
            var numbers = Range(most);
            return ScanOps.Make("while", [(numbers, ScanOps.Entry(numbers))], [.. start.Zip(entries)], [.. next.Select((v, i) => Where(goesOn, v, entries[i]))], []).Last;
        }
        var (functions, captured) = Close(entries, ("while_goes_on", [goesOn]), ("while", next));
        // What the functions read besides goes round unchanged.
        var step = functions[1];
        var loop = new Function(step.Name, step.Inputs, [.. step.Inputs[..captured.Length], .. step.Outputs]);
        return FlowOps.StatelessWhile.Call([.. captured, .. start], Attrs.Of(("cond", new FunctionRef(functions[0])), ("body", new FunctionRef(loop)))).Outputs[captured.Length..];
    }

    /// <summary>A step along axis 0 of a sequence (Keras' scan): of the state and an entry it gives the next state and a result. The last state, and the results [steps, …].</summary>
    /// <example><code>var sums = A.Scan((sum, entry) => (sum + entry, sum + entry), A.ZerosLike(x[0]), x).Results;</code></example>
    public static (Variable State, Variable Results) Scan(Func<Variable, Variable, (Variable State, Variable Result)> step, Variable start, Variable sequence, bool reverse = false)
    {
        var (states, results) = Scan((s, x) => step(s[0], x[0]) is var (state, result) ? ([state], [result]) : default, [start], [sequence], reverse);
        return (states[0], results[0]);
    }

    /// <summary>The same with several states, sequences and results.</summary>
    /// <param name="step">The next states and the results, of the states and one entry of each sequence.</param>
    /// <param name="start">The first states.</param>
    /// <param name="sequences">Values of one length along axis 0.</param>
    /// <param name="reverse">Whether it begins with the last entry; a result keeps the place of its entry.</param>
    public static (Variable[] States, Variable[] Results) Scan(Func<Variable[], Variable[], (Variable[] States, Variable[] Results)> step, Variable[] start, Variable[] sequences, bool reverse = false)
    {
        var (states, entries) = (Array.ConvertAll(start, ScanOps.State), Array.ConvertAll(sequences, ScanOps.Entry));
        var (next, results) = step(states, entries);
        if (next.Length != start.Length) throw new GraphException($"Scan: the step gives {next.Length} states. Expected {start.Length}, as there are at the start.");
        var scan = ScanOps.Make("scan", [.. sequences.Zip(entries)], [.. start.Zip(states)], next, results, reverse);
        return (scan.Last, scan.Results);
    }

    /// <summary>
    /// An expression of x with a gradient of one's own: the function gives the result, and what makes the gradient for x out of that for the result. What it reads besides x gets none.
    /// </summary>
    /// <example><code>var stable = A.CustomGradient(v => (A.Log(1 + A.Exp(v)), g => g * A.Sigmoid(v)), x);</code></example>
    public static Variable CustomGradient(Func<Variable, (Variable Result, Func<Variable, Variable> Gradient)> function, Variable x) =>
        CustomGradient(v => function(v[0]) is var (result, gradient) ? (result, g => [gradient(g)]) : default, [x]);

    /// <summary>The same of several values; the gradient has one for each.</summary>
    /// <exception cref="GraphException">There are more or fewer gradients than values.</exception>
    public static Variable CustomGradient(Func<Variable[], (Variable Result, Func<Variable, Variable[]> Gradient)> function, params Variable[] xs)
    {
        var entries = Places(xs);
        var (result, gradient) = function(entries);
        var seed = Function.Input("g", result.Shape, result.DType);
        var back = gradient(seed);
        if (back.Length != xs.Length) throw new GraphException($"CustomGradient: {back.Length} gradients were given. Expected {xs.Length}, one for each value.");
        // (the function itself has no use for the seed, which is an input of its gradient)
        var (functions, captured) = Close([.. entries, seed], ("custom", [result]), ("custom_gradient", back));
        return FlowOps.CustomGradient.Call([.. captured, .. xs], ("f", new FunctionRef(functions[0])), ("gradient", new FunctionRef(functions[1])), ("Tout", new[] { result.DType }));
    }

    static Variable[] Places(Variable[] of) => [.. of.Select((x, i) => Function.Input($"x{i}", x.Shape, x.DType))];

    /// <summary>Functions of the same inputs: first what any of them reads besides, then the entries.</summary>
    static (Function[] Functions, Variable[] Captured) Close(Variable[] entries, params ReadOnlySpan<(string Name, Variable[] Results)> parts)
    {
        var closed = new List<(Function Function, Variable[] Captured)>();
        foreach (var (name, results) in parts) closed.Add(Function.Close(name, entries, results));
        Variable[] captured = [.. closed.SelectMany(c => c.Captured)];
        var (functions, first) = (new List<Function>(), 0);
        foreach (var (function, own) in closed)
        {
            Variable[] inputs = [.. Places(captured), .. entries.Select((x, i) => Function.Input($"entry{i}", x.Shape, x.DType))];
            functions.Add(new(function.Name, inputs, function.Inline([.. inputs[first..(first + own.Length)], .. inputs[captured.Length..]])));
            first += own.Length;
        }
        return ([.. functions], captured);
    }

    static string Types(Variable[] of) => $"[{string.Join(", ", of.Select(v => v.DType.Name()))}]";
}
