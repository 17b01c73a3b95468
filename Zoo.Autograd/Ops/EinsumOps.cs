using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Sums of products written as an equation of axis names, such as <c>bij,bjk->bik</c>.</summary>
internal static class EinsumOps
{
    internal static readonly Op Einsum = new("Einsum", "inputs:N*T -> output:T ; equation:string N:int T:wide")
    {
        Shape = s => Result(s),
        Grad = (n, g) => [.. n.Inputs.Select((_, i) => Back(n, g, i))],
        ComplexGrad = false,
        Arithmetic = Work,
        Portable = n => Lettered(n) is { } equation ? [Call(equation, n.Inputs)] : null,
        Kernel = k =>
        {
            if (OneProduct(k) is { } whole) return whole;
            var product = k.Call("einsum", k.Node.Text("equation"), Enumerable.Range(0, k.Count).Select(i => k[i]).ToArray(), Arg.None);
            return k.OutDType() == DType.Int32 ? k.Call("to.dtype", product, DType.Int32, false, false, Arg.None) : product;   // sums of int32 come as int64
        },
    };

    /// <summary>One product of two matrices, where the axes of each operand and of the result fall into two runs without being moved: rows, columns, and what is summed over. Else null.</summary>
    static Value? OneProduct(Kernel k)
    {
        var (inputs, output) = Parse(k.Node.Text("equation"));
        if (k.OutDType() != DType.Float32 || inputs.Length != 2 || !inputs.Append(output).All(names => names.All(char.IsAsciiLetter) && names.Distinct().Count() == names.Length)) return null;
        var summed = string.Concat(inputs[0].Where(c => inputs[1].Contains(c) && !output.Contains(c)));
        var left = output.StartsWith(string.Concat(inputs[0].Where(output.Contains)), StringComparison.Ordinal) ? 0 : 1;
        var (rows, columns) = (string.Concat(inputs[left].Where(c => !summed.Contains(c))), string.Concat(inputs[1 - left].Where(c => !summed.Contains(c))));
        var (transposeA, transposeB) = (inputs[left] == summed + rows, inputs[1 - left] == columns + summed);
        if (summed.Length == 0 || output != rows + columns || !transposeA && inputs[left] != rows + summed || !transposeB && inputs[1 - left] != summed + columns) return null;
        return Product.Make(k, k[left], transposeA, k[1 - left], transposeB, null, Size(rows), Size(summed), Size(columns), k.OutShape());

        long Size(string names) => names.Aggregate(1L, (size, c) => size * k.Shape(inputs[0].Contains(c) ? 0 : 1)[inputs[inputs[0].Contains(c) ? 0 : 1].IndexOf(c)]);
    }

    static (string[] Inputs, string Output) Parse(string equation)
    {
        var sides = equation.Split("->");
        return (sides[0].Split(','), sides.Length == 2 ? sides[1] : "?");
    }

    /// <summary>The equation with letters for the dots, where one operand alone has several axes without a name: TensorFlow's kernel gives those in another order.</summary>
    static string? Lettered(Node n)
    {
        var equation = n.Text("equation");
        var dotted = Parse(equation).Inputs.Select((names, i) => (Names: names, n[i].Shape)).Where(o => o.Names.Contains("...", StringComparison.Ordinal)).ToArray();
        if (dotted.Length != 1 || !dotted[0].Shape.HasRank) return null;
        var free = dotted[0].Shape.Rank - (dotted[0].Names.Length - 3);
        return free < 2 ? null : equation.Replace("...", string.Concat(Enumerable.Range('a', 26).Concat(Enumerable.Range('A', 26)).Select(c => (char)c).Where(c => !equation.Contains(c)).Take(free)), StringComparison.Ordinal);
    }

    /// <summary>A product and a sum for each combination of all named axes, of two arrays; of others it is not known.</summary>
    static double Work(Node n)
    {
        var (inputs, output) = Parse(n.Text("equation"));
        if (inputs.Length != 2) return 0;
        var summed = inputs[0].Where(c => char.IsAsciiLetter(c) && !output.Contains(c)).ToArray();
        return 2.0 * n.Out.Shape.Elements * summed.Aggregate(1.0, (size, c) => size * n[0].Shape[inputs[0].IndexOf(c) - (inputs[0].Contains('.') && inputs[0].IndexOf(c) > inputs[0].IndexOf('.') ? inputs[0].Length : 0)]);
    }

    static Shape Result(ShapeContext s)
    {
        var (inputs, output) = Parse(s.Text("equation"));
        if (output == "?" || inputs.Length != s.Count || inputs.Append(output).Any(x => x.Replace("...", "", StringComparison.Ordinal).Any(c => !char.IsAsciiLetter(c))))
            throw s.Fail($"the equation '{s.Text("equation")}' does not fit {s.Count} inputs", "Expected letters for the axes of each input, then -> and those of the result.");
        var sizes = new Dictionary<char, long>();
        var batch = Shape.Scalar;
        for (var i = 0; i < inputs.Length; i++)
        {
            var dots = inputs[i].IndexOf("...", StringComparison.Ordinal);
            var letters = inputs[i].Replace("...", "", StringComparison.Ordinal);
            if (!s[i].HasRank)
            {
                if (dots >= 0) batch = Shape.Unknown;
                foreach (var c in letters) sizes.TryAdd(c, Dim.Any);
                continue;
            }
            var free = s[i].Rank - letters.Length;
            if (dots < 0 ? free != 0 : free < 0) throw s.Fail($"'{inputs[i]}' names {letters.Length} axes of {s[i].Rank}", "Expected a letter for each axis, or dots for those without.");
            for (var at = 0; at < letters.Length; at++)
            {
                var size = s[i][dots >= 0 && at >= dots ? at + free : at];
                sizes[letters[at]] = s.Same(sizes.GetValueOrDefault(letters[at], Dim.Any), size, $"the sizes of '{letters[at]}' in '{s.Text("equation")}'");
            }
            if (dots >= 0) batch = s.Broadcast(batch, s[i][dots..(dots + free)]);
        }
        var named = output.Replace("...", "", StringComparison.Ordinal);
        if (named.Distinct().Count() < named.Length || named.Any(c => !sizes.ContainsKey(c))) throw s.Fail($"the result '{output}' names an axis twice or one that no input has", "Expected each axis once, from the inputs.");
        var place = output.IndexOf("...", StringComparison.Ordinal);
        if (place >= 0 && !batch.HasRank) return Shape.Unknown;
        if (place < 0 && (!batch.HasRank || batch.Rank > 0)) throw s.Fail($"the result '{output}' drops the axes without a name", "Expected dots in the result too.");
        if (place < 0) return Shape.Create([.. named.Select(c => sizes[c])]);
        return Shape.Create([.. named[..place].Select(c => sizes[c]), .. batch.Dims, .. named[place..].Select(c => sizes[c])]);
    }

    /// <summary>The gradient for one operand: the result's gradient times the other operand, summed over what this operand does not have.</summary>
    static Variable Back(Node n, Variable g, int operand)
    {
        var (inputs, output) = Parse(n.Text("equation"));
        if (inputs.Length > 2) throw new GraphException($"Gradients: Einsum of {inputs.Length} operands has no gradient. Write it as products of two: A.Einsum does.") { Node = n.Name };
        var (x, own) = (n[operand], inputs[operand]);
        var other = inputs.Length == 2 ? inputs[1 - operand] : null;
        var dots = own.Contains("...", StringComparison.Ordinal);
        var letters = own.Replace("...", "", StringComparison.Ordinal);
        var found = string.Concat(letters.Distinct().Where(c => output.Contains(c, StringComparison.Ordinal) || other?.Contains(c, StringComparison.Ordinal) == true));
        // axes without a name come first, whatever place they have in the operand; sizes that were repeated are summed
        var batch = output.Contains("...", StringComparison.Ordinal);
        var target = (batch ? "..." : "") + found;
        var back = other is null ? Call($"{output}->{target}", g) : Call($"{output},{other}->{target}", g, n[1 - operand]);
        var free = x.Shape.Rank - letters.Length;
        if (batch)
        {
            var wide = back.Shape.Rank - found.Length;
            if (wide > free) back = A.Sum(back, [.. Enumerable.Range(0, wide - free)]);
            var stretched = Enumerable.Range(0, free).Where(i => Unnamed(x, own, i) == 1 && back.Shape[i] != 1).ToArray();
            if (stretched.Length > 0) back = A.Sum(back, stretched, keepDims: true);
        }
        // now: unnamed axes, then found letters; wanted: the operand's own order, with letters that were only summed, or stand twice
        var order = new List<long>();
        var fresh = new List<int>();
        var twins = new List<(int First, int Second)>();
        var at = 0;
        for (var i = 0; i < own.Length; i++)
        {
            if (own[i] == '.')
            {
                for (var f = 0; f < free; f++, at++) order.Add(f);
                i += 2;
                continue;
            }
            if (own.IndexOf(own[i]) < i) twins.Add((Place(own, own.IndexOf(own[i]), free), at));
            else if (found.Contains(own[i], StringComparison.Ordinal)) order.Add((dots ? free : 0) + found.IndexOf(own[i]));
            else fresh.Add(at);
            at++;
        }
        if (!order.SequenceEqual(order.Order())) back = A.Transpose(back, [.. order]);
        foreach (var axis in fresh.Concat(twins.Select(t => t.Second)).Order()) back = A.ExpandDims(back, axis);
        if (fresh.Count > 0 || twins.Count > 0) back = A.BroadcastTo(back, A.ShapeOf(x));
        foreach (var (first, second) in twins)
        {
            Variable Along(int axis) => A.Reshape(A.Range(A.SizeOf(x, axis)), Shape.Create([.. Enumerable.Range(0, x.Shape.Rank).Select(i => i == axis ? Dim.Any : 1L)]));
            back *= A.Cast(A.Equal(Along(first), Along(second)), back.DType);
        }
        return back;
    }

    static long Unnamed(Variable x, string own, int i) => x.Shape[own.IndexOf("...", StringComparison.Ordinal) + i];

    /// <summary>The axis that a letter of an operand names.</summary>
    static int Place(string own, int letter, int free) => own.IndexOf("...", StringComparison.Ordinal) is >= 0 and var dots && letter > dots ? letter - 3 + free : letter;

    static Variable Call(string equation, params Variable[] inputs)
    {
        var sides = equation.Split("->");
        return inputs.Length == 1 && sides[0] == sides[1] ? inputs[0] : Einsum.Call(inputs, Attrs.Of(("equation", equation))).Out;
    }
}
