using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Recurrence: a step function along axis 0 of sequences. Inputs: what does not change, the sequences [T, …], the first states. The step maps (unchanging, one
/// entry of each sequence, states) to (new states, results). Outputs: the last states, the states before each step [T, …], the results [T, …].
/// </summary>
internal static class ScanOps
{
    internal static readonly Op Scan = new("_Scan", "inputs:Tin[] -> outputs:Tout[] ; Tin:types Tout:types step:func fixed:int sequences:int reverse:bool=false")
    {
        Shape = Shapes,
        Grads = Backward,
        Kernel = k =>
        {
            var run = new ScanRun(new(k.Node));
            return k.Managed((_, x) => run.Run(x));
        },
        Body = Loop,
    };

    /// <summary>A recurrence.</summary>
    /// <param name="name">The name of its step.</param>
    /// <param name="sequences">Sequences [T, …], each with the placeholder that stands for one entry.</param>
    /// <param name="states">First states, each with its placeholder.</param>
    /// <param name="next">The new states.</param>
    /// <param name="results">What each step gives.</param>
    /// <param name="reverse">Whether it begins with the last entry; a result keeps the place of its entry.</param>
    internal static ScanNode Make(string name, IReadOnlyList<(Variable Value, Variable Entry)> sequences, IReadOnlyList<(Variable Value, Variable Entry)> states,
        IReadOnlyList<Variable> next, IReadOnlyList<Variable> results, bool reverse = false)
    {
        var (step, captured) = Function.Close(name, [.. sequences.Select(s => s.Entry), .. states.Select(s => s.Entry)], [.. next, .. results]);
        var types = states.Select(s => s.Value.DType);
        return new(Scan.Call([.. captured, .. sequences.Select(s => s.Value), .. states.Select(s => s.Value)], Attrs.Of(("step", new FunctionRef(step)), ("fixed", captured.Length), ("sequences", sequences.Count),
            ("reverse", reverse), ("Tout", types.Concat(types).Concat(results.Select(r => r.DType)).ToArray()))));
    }

    /// <summary>A placeholder for one entry of a sequence.</summary>
    internal static Variable Entry(Variable sequence) => Function.Input("entry", sequence.Shape.HasRank ? sequence.Shape[1..] : Shape.Unknown, sequence.DType);

    /// <summary>A placeholder for a state.</summary>
    internal static Variable State(Variable first) => Function.Input("state", first.Shape, first.DType);

    static Shapes Shapes(ShapeContext s)
    {
        if (s.Attr<FunctionRef>("step").Body is not { } step) throw s.Fail("its step function is missing", "Expected one.");
        int given = (int)s.Int("fixed"), sequences = (int)s.Int("sequences"), states = s.Count - given - sequences;
        var length = Dim.Any;
        for (var i = given; i < given + sequences; i++)
        {
            if (s[i].HasRank && s[i].Rank == 0) throw s.Fail("a sequence is a number", "Expected an axis of steps first.");
            if (s[i].HasRank) length = s.Same(length, s[i][0], "the lengths of the sequences");
        }
        Shape Entry(int i) => i < given || i >= given + sequences ? s[i] : s[i].HasRank ? s[i][1..] : Shape.Unknown;
        var found = FlowOps.Shapes(s, step, [.. Enumerable.Range(0, s.Count).Select(Entry)]);
        var kept = new Shape[states];
        for (var i = 0; i < states; i++)
        {
            var first = s[given + sequences + i];
            if (!first.Accepts(found[i]) && !found[i].Accepts(first)) throw s.Fail($"state {i} becomes {found[i]}", $"Expected {first}, as it begins.");
            kept[i] = first.Accepts(found[i]) ? first.Merge(found[i]) : found[i].Merge(first);
        }
        Shape Stacked(Shape entry) => entry.HasRank ? Shape.Create([length, .. entry]) : Shape.Unknown;
        return new([.. kept, .. kept.Select(Stacked), .. found[states..].Select(Stacked)]);
    }

    /// <summary>A recurrence the other way round, over the gradient of the step.</summary>
    static Variable?[] Backward(Node node, Variable?[] g)
    {
        var scan = new ScanNode(node);
        var smooth = Which(scan.First, x => x.DType.IsFloat() || x.DType.IsComplex());
        var fixedOnes = Which(scan.Fixed, x => x.DType.IsFloat() || x.DType.IsComplex());
        var rows = Which(scan.Sequences, x => x.DType.IsFloat() || x.DType.IsComplex());
        var asked = Enumerable.Range(0, scan.Results.Length).Where(i => g[2 * scan.First.Length + i] is not null).ToArray();
        var early = smooth.Where(i => g[scan.First.Length + i] is not null).ToArray();

        Variable[] inside = Array.ConvertAll(scan.Fixed, x => Function.Input("fixed", x.Shape, x.DType)), entries = Array.ConvertAll(scan.Sequences, Entry), old = Array.ConvertAll(scan.Before, Entry);
        var outs = scan.Step.Inline([.. inside, .. entries, .. old]);
        var last = Array.ConvertAll(smooth, i => State(scan.First[i]));
        var seeds = Array.ConvertAll(asked, i => Entry(g[2 * scan.First.Length + i]!));
        var found = Gradients.Of([.. smooth.Select(i => outs[i]), .. asked.Select(i => outs[scan.First.Length + i])],
            [.. smooth.Select(i => old[i]), .. fixedOnes.Select(i => inside[i]), .. rows.Select(i => entries[i])], [.. last, .. seeds]);
        var (toStates, toFixed, toRows) = (found[..smooth.Length], found[smooth.Length..(smooth.Length + fixedOnes.Length)], found[(smooth.Length + fixedOnes.Length)..]);
        var sums = fixedOnes.Select((at, i) => (At: at, Part: toFixed[i])).Where(f => f.Part is not null).Select(f => (f.At, Part: f.Part!, Sum: State(scan.Fixed[f.At]))).ToArray();
        var given = rows.Select((at, i) => (At: at, Part: toRows[i])).Where(r => r.Part is not null).ToArray();
        var before = early.ToDictionary(i => i, i => Entry(g[scan.First.Length + i]!));

        Variable[] next = [.. smooth.Select((at, i) => (toStates[i] ?? A.ZerosLike(old[at])) is var d && before.TryGetValue(at, out var extra) ? d + extra : d), .. sums.Select(s => s.Sum + s.Part)];
        // The step's unchanging inputs are the outer ones again: whatever depends on them alone is computed once.
        var outer = new Lowering();
        for (var i = 0; i < inside.Length; i++) outer.Bind(inside[i], scan.Fixed[i]);
        next = outer.Lower(next);
        var results = outer.Lower([.. given.Select(r => r.Part!)]);

        var back = Make(scan.Step.Name + "_gradient",
            [.. scan.Sequences.Zip(entries), .. scan.Before.Zip(old), .. asked.Select((at, i) => (g[2 * scan.First.Length + at]!, seeds[i])), .. early.Select(i => (g[scan.First.Length + i]!, before[i]))],
            [.. smooth.Select((at, i) => (g[at] ?? A.ZerosLike(scan.First[at]), last[i])), .. sums.Select(s => (A.ZerosLike(scan.Fixed[s.At]), s.Sum))], next, results, !scan.Reverse);

        var all = new Variable?[node.Inputs.Length];
        for (var i = 0; i < sums.Length; i++) all[sums[i].At] = back.Last[smooth.Length + i];
        for (var i = 0; i < given.Length; i++) all[scan.Fixed.Length + given[i].At] = back.Results[i];
        for (var i = 0; i < smooth.Length; i++) all[scan.Fixed.Length + scan.Sequences.Length + smooth[i]] = back.Last[i];
        return all;

        static int[] Which(Variable[] list, Func<Variable, bool> test) => [.. Enumerable.Range(0, list.Length).Where(i => test(list[i]))];
    }

    /// <summary>The same as TensorFlow's loop over lists of tensors.</summary>
    static Variable[] Loop(Node node, Variable[] inputs)
    {
        var scan = new ScanNode(node);
        int given = scan.Fixed.Length, rows = scan.Sequences.Length, states = scan.First.Length, results = scan.Results.Length;
        var length = rows > 0 ? A.SizeOf(inputs[given], 0) : throw new GraphException("_Scan: there is no sequence. Expected at least one, which says how many steps there are.");
        Variable[] sequences = [.. Enumerable.Range(0, rows).Select(i => ListOps.FromTensor.Call([inputs[given + i], Dims(EntryShape(inputs[given + i].Shape))], ("shape_type", DType.Int32)))];
        Variable[] gathered = [.. scan.Before.Concat(scan.Results).Select(x => ListOps.Reserve.Call([Dims(EntryShape(x.Shape)), length], ("element_dtype", x.DType), ("shape_type", DType.Int32)))];
        // Loop variables: the step's number, how many there are, states, gathered lists, lists of sequences, what does not change.
        Variable[] start = [A.Constant(0, DType.Int32), length, .. inputs[(given + rows)..], .. gathered, .. sequences, .. inputs[..given]];
        Variable[] x = [.. start.Select((v, i) => Function.Input($"loop_{i}", i < 2 ? Shape.Scalar : i < 2 + states ? scan.Last[i - 2].Shape : v.Shape, v.DType))];
        var at = scan.Reverse ? x[1] - A.Constant(1, DType.Int32) - x[0] : x[0];
        var (lists, entries) = (2 + states, 2 + states + states + results);
        var outs = scan.Step.Inline([.. x[(entries + rows)..], .. Enumerable.Range(0, rows).Select(i => ListOps.GetItem.Call([x[entries + i], at, Dims(EntryShape(inputs[given + i].Shape))], ("element_dtype", inputs[given + i].DType))), .. x[2..lists]]);
        Variable[] values = [.. x[2..lists], .. outs[states..]];
        Variable[] next = [x[0] + A.Constant(1, DType.Int32), x[1], .. outs[..states], .. values.Select((v, i) => ListOps.SetItem.Call([x[lists + i], at, v], ("element_dtype", v.DType))), .. x[entries..]];
        Variable[] y = [.. x.Select(v => Function.Input(v.Node.Name!, v.Shape, v.DType))];
        var loop = FlowOps.StatelessWhile.Call(start, Attrs.Of(("cond", new FunctionRef(new Function(scan.Step.Name + "_goes_on", y, [A.Less(y[0], y[1])]))), ("body", new FunctionRef(new Function(scan.Step.Name, x, next)))));
        var stacked = scan.Before.Concat(scan.Results).Select((v, i) => ListOps.StackOp.Call([loop.Outputs[lists + i], Dims(EntryShape(v.Shape))], ("element_dtype", v.DType), ("num_elements", v.Shape.HasRank ? v.Shape[0] : -1L)));
        return [.. loop.Outputs[2..lists], .. stacked];
    }

    static Shape EntryShape(Shape stacked) => stacked.HasRank ? stacked[1..] : Shape.Unknown;

    static Variable Dims(Shape shape) => shape.HasRank ? A.Ints(shape.Dims) : A.Constant(-1, DType.Int32);
}
