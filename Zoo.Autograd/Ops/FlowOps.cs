using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Calls of functions, branches and loops.</summary>
internal static class FlowOps
{
    const string Branch = "input:Tin[] -> output:Tout[] ; Tcond:type Tin:types Tout:types then_branch:func else_branch:func output_shapes:shapes=[]";
    const string Choice = "branch_index:int32 input:Tin[] -> output:Tout[] ; Tin:types Tout:types branches:funcs output_shapes:shapes=[]";
    const string Loop = "input:T[] -> output:T[] ; T:types cond:func body:func output_shapes:shapes=[] parallel_iterations:int=10";
    const string Called = "args:Tin[] -> output:Tout[] ; Tin:types Tout:types f:func config:string= config_proto:string= executor_type:string=";
    const string NoLoopGradient = "how many steps a loop makes is known when it has run: give A.While its maximumIterations; a loop that was read from a file cannot be differentiated";

    internal static readonly Op StatelessIf = If("StatelessIf"), IfOp = If("If");
    internal static readonly Op StatelessCase = Case("StatelessCase"), CaseOp = Case("Case");
    internal static readonly Op StatelessWhile = While("StatelessWhile"), WhileOp = While("While");
    internal static readonly Op PartitionedCall = Call("PartitionedCall"), StatefulPartitionedCall = Call("StatefulPartitionedCall");

    /// <summary>
    /// A function with a gradient of a user's own. Both functions have the inputs: what either reads besides, the arguments, and the gradient for the result, which only the second one reads.
    /// </summary>
    internal static readonly Op CustomGradient = new("_CustomGradient", "args:Tin[] -> output:Tout[] ; Tin:types Tout:types f:func gradient:func")
    {
        Shape = s => new(Wide(s.Attr<FunctionRef>("f").Body!, [.. Enumerable.Range(0, s.Count).Select(i => s[i])])),
        Grads = (n, g) =>
        {
            if (g[0] is not { } seed) return new Variable?[n.Inputs.Length];
            var back = Body(n, "gradient").Inline([.. n.Inputs, seed]);
            return [.. new Variable?[n.Inputs.Length - back.Length], .. back.Select((b, i) => n[n.Inputs.Length - back.Length + i].DType.IsFloat() ? b : null)];
        },
        Composite = n => Inlined(n),
        Portable = n => Inlined(n),
    };

    static Variable[] Inlined(Node n) => Body(n, "f") is var f ? f.Inline([.. n.Inputs, f.Inputs[^1]]) : [];

    static Shape[] Wide(Function f, Shape[] given) => f.Shapes([.. given, f.Inputs[^1].Shape]);

    /// <summary>Whether an op calls one function.</summary>
    internal static bool IsCall(Op op) => op == PartitionedCall || op == StatefulPartitionedCall;

    /// <summary>Whether an op runs functions.</summary>
    internal static bool IsFlow(Op op) => Array.Exists(op.Signature.Attrs, a => a.Kind is "func" or "funcs");

    /// <summary>The functions of a node.</summary>
    internal static IEnumerable<Function> Functions(Node node) => node.Attrs.All.SelectMany(a => a.Value is FunctionRef one ? [one] : a.Value as FunctionRef[] ?? []).Select(f => f.Body).OfType<Function>();

    internal static Function Body(Node node, string attr) => node.Attrs.Get<FunctionRef>(attr) is { Body: { } body } ? body
        : throw new GraphException($"{node.Op.Name}: the function of its attribute '{attr}' is not at hand. Expected a graph with its library.") { Node = node.Name };

    static Function[] Branches(Node node) => node.Attrs["branches"] is FunctionRef[] list
        ? Array.ConvertAll(list, f => f.Body ?? throw new GraphException($"{node.Op.Name}: the function '{f.Name}' is not at hand. Expected a graph with its library.") { Node = node.Name })
        : [Body(node, "then_branch"), Body(node, "else_branch")];

    static Op If(string name) => new(name, $"cond:Tcond {Branch}")
    {
        Shape = s => Common(s, [s.Attr<FunctionRef>("then_branch"), s.Attr<FunctionRef>("else_branch")]),
        Grads = BranchGradient,
        Stateful = name == "If",
        Kernel = k =>
        {
            var run = Array.ConvertAll(Branches(k.Node), f => new FunctionRun(f));
            return k.Managed((_, x) => run[IsTrue(x[0]) ? 0 : 1].Run(x[1..]));
        },
    };

    static Op Case(string name) => new(name, Choice)
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            return Common(s, s.Attr<FunctionRef[]>("branches"));
        },
        Grads = BranchGradient,
        Stateful = name == "Case",
        Kernel = k =>
        {
            var run = Array.ConvertAll(Branches(k.Node), f => new FunctionRun(f));
            return k.Managed((_, x) => run[x[0].ToNumber() is >= 0 and var at && at < run.Length ? (int)at : run.Length - 1].Run(x[1..]));   // TensorFlow's rule
        },
    };

    static Op While(string name) => new(name, Loop)
    {
        Shape = Invariants,
        NoGradient = NoLoopGradient,
        Stateful = name == "While",
        Kernel = k =>
        {
            var (test, body) = (new FunctionRun(Body(k.Node, "cond")), new FunctionRun(Body(k.Node, "body")));
            return k.Managed((_, x) =>
            {
                while (IsTrue(test.Run(x)[0])) x = body.Run(x);
                return x;
            });
        },
    };

    static Op Call(string name) => new(name, Called)
    {
        Shape = s => s.Attr<FunctionRef>("f").Body is { } f ? new(Shapes(s, f, [.. Enumerable.Range(0, s.Count).Select(i => s[i])])) : new([.. s.Attr<DType[]>("Tout").Select(_ => Shape.Unknown)]),
        Grads = (n, g) => Array.ConvertAll(n.Inputs, A.Identity) is var inputs ? Differentiate(inputs, Body(n, "f").Inline(inputs), g) : [],   // one value may be given twice
        Stateful = name == "StatefulPartitionedCall",
        Kernel = k =>
        {
            var run = new FunctionRun(Body(k.Node, "f"));
            return k.Managed((_, x) => run.Run(x));
        },
    };

    internal static Variable?[] Differentiate(Variable[] inputs, Variable[] outputs, Variable?[] g)
    {
        var asked = Enumerable.Range(0, outputs.Length).Where(i => g[i] is not null).ToArray();
        return Gradients.Of([.. asked.Select(i => outputs[i])], inputs, [.. asked.Select(i => g[i]!)]);
    }

    /// <summary>The same choice among the branches' gradients.</summary>
    static Variable?[] BranchGradient(Node n, Variable?[] g)
    {
        var given = g.OfType<Variable>().ToArray();
        var wanted = Enumerable.Range(1, n.Inputs.Length - 1).Where(i => n[i].DType.IsFloat() || n[i].DType.IsComplex()).ToArray();
        var back = Array.ConvertAll(Branches(n), f =>
        {
            Variable[] inputs = [.. n.Inputs[1..].Select(x => Function.Input("x", x.Shape, x.DType))], seeds = [.. given.Select(x => Function.Input("g", x.Shape, x.DType))];
            var next = 0;
            var found = Differentiate(inputs, f.Inline(inputs), Array.ConvertAll(g, x => x is null ? null : seeds[next++]));
            return new FunctionRef(new Function(f.Name + "_gradient", [.. inputs, .. seeds], [.. wanted.Select(i => found[i - 1] ?? A.ZerosLike(inputs[i - 1]))]));
        });
        var types = wanted.Select(i => n[i].DType).ToArray();
        Attrs attrs = n.Attrs.Has("branches") ? Attrs.Of(("branches", back), ("Tout", types)) : Attrs.Of(("then_branch", back[0]), ("else_branch", back[1]), ("Tout", types));
        var results = n.Op.Call([.. n.Inputs, .. given], attrs).Outputs;
        var all = new Variable?[n.Inputs.Length];
        for (var i = 0; i < wanted.Length; i++) all[wanted[i]] = results[i];
        return all;
    }

    /// <summary>What all branches agree on.</summary>
    static Shapes Common(ShapeContext s, FunctionRef[] branches)
    {
        var count = s.Attr<DType[]>("Tout").Length;
        if (branches.Length == 0 || Array.Exists(branches, b => b.Body is null)) return new([.. Enumerable.Repeat(Shape.Unknown, count)]);
        Shape[] inputs = [.. Enumerable.Range(1, s.Count - 1).Select(i => s[i])];
        var shapes = Array.ConvertAll(branches, b => Shapes(s, b.Body!, inputs));
        if (Array.Exists(shapes, list => list.Length != count)) throw s.Fail($"its branches have {string.Join(" and ", shapes.Select(l => l.Length))} results", $"Expected {count}.");
        return new([.. Enumerable.Range(0, count).Select(i => shapes.Select(list => list[i]).Aggregate(Either))]);
    }

    /// <summary>The shapes that a function gives; an error names the op that calls it.</summary>
    internal static Shape[] Shapes(ShapeContext s, Function function, IReadOnlyList<Shape> inputs)
    {
        for (var i = 0; i < Math.Min(inputs.Count, function.Inputs.Length); i++)
            if (!Agree(function.Inputs[i].Shape, inputs[i])) throw s.Fail($"its function '{function.Name}' is given {inputs[i]} as '{function.Inputs[i].Node.Name}'", $"Expected {function.Inputs[i].Shape}.");
        try
        {
            return function.Shapes(inputs);
        }
        catch (ShapeException e)
        {
            throw s.Fail($"its function '{function.Name}' does not take them: {e.Message.TrimEnd('.')}", "");
        }
    }

    static bool Agree(Shape a, Shape b) => !a.HasRank || !b.HasRank || a.Rank == b.Rank && a.Zip(b).All(d => d.First == d.Second || d.First < 0 || d.Second < 0);

    static Shape Either(Shape a, Shape b) => !a.HasRank || !b.HasRank || a.Rank != b.Rank ? Shape.Unknown : Shape.Create([.. a.Zip(b, (x, y) => x == y ? x : Dim.Any)]);

    /// <summary>The loop variables' shapes: the inputs', as far as the body keeps them.</summary>
    static Shapes Invariants(ShapeContext s)
    {
        Shape[] shapes = [.. Enumerable.Range(0, s.Count).Select(i => s[i])];
        if (s.Attr<FunctionRef>("body").Body is not { } body || s.Attr<FunctionRef>("cond").Body is not { } test) return new([.. shapes.Select(_ => Shape.Unknown)]);
        if (body.Inputs.Length != s.Count || body.Outputs.Length != s.Count || test.Inputs.Length != s.Count || test.Outputs.Length != 1)
            throw s.Fail($"its body takes {body.Inputs.Length} and gives {body.Outputs.Length} values, its condition takes {test.Inputs.Length} and gives {test.Outputs.Length}", $"Expected {s.Count}, and 1 of the condition.");
        for (var i = 0; i < s.Count; i++)
            if (body.Outputs[i].DType != s.DType(i)) throw s.Fail($"its body gives {body.Outputs[i].DType.Name()} as variable {i}", $"Expected {s.DType(i).Name()}.");
        while (true)   // each round that changes something forgets a size
        {
            var next = Shapes(s, body, shapes);
            var both = shapes.Zip(next, Either).ToArray();
            if (both.SequenceEqual(shapes)) break;
            shapes = both;
        }
        return new(shapes);
    }

    static bool IsTrue(NDArray value) => value.DType == DType.String ? value.Count > 0 && value.AsSpan<byte[]>()[0].Length > 0 : value.Shape.Rank > 0 ? value.Count > 0 : value.Number(0) != 0;
}
