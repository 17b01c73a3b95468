using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Numbers rounded as if they were stored in few bits, and their gradients, which pass where nothing was cut off: what graphs have that were trained for quantisation.</summary>
internal static class QuantizeOps
{
    const string Bits = "num_bits:int=8 narrow_range:bool=false", Range = "min:float=-6 max:float=6 ";

    internal static readonly Op Args = new("FakeQuantWithMinMaxArgs", $"inputs:float32 -> outputs:float32 ; {Range}{Bits}")
    {
        Shape = s => s[0],
        Grad = (n, g) => [ArgsGradient!.Call([g, n[0]], n.Attrs).Out],
        Composite = n => [Rounded(n[0], Nudge(n, Constants(n)))],
    };

    internal static readonly Op ArgsGradient = Composed.Op("FakeQuantWithMinMaxArgsGradient", $"gradients:float32 inputs:float32 -> backprops:float32 ; {Range}{Bits}", s => s.Alike(0, 1),
        (n, v) => Passed(v[0], v[1], Nudge(n, Constants(n)))[0]);

    internal static readonly Op Vars = Fake("FakeQuantWithMinMaxVars", 0, () => VarsGradient!);
    internal static readonly Op VarsGradient = FakeGradient("FakeQuantWithMinMaxVarsGradient", 0);
    internal static readonly Op Channels = Fake("FakeQuantWithMinMaxVarsPerChannel", 1, () => ChannelsGradient!);
    internal static readonly Op ChannelsGradient = FakeGradient("FakeQuantWithMinMaxVarsPerChannelGradient", 1);

    const string Signed = "signed_input:bool=true", Mode = "narrow_range:bool=false axis:int=-1 T:float";

    internal static readonly Op V2 = Dequantized("QuantizeAndDequantizeV2", $"input:T input_min:T input_max:T -> output:T ; {Signed} num_bits:int=8 range_given:bool=false round_mode:string=HALF_TO_EVEN {Mode}", null);
    internal static readonly Op V3 = Dequantized("QuantizeAndDequantizeV3", $"input:T input_min:T input_max:T num_bits:int32 -> output:T ; {Signed} range_given:bool=true {Mode}", null);
    internal static readonly Op V4 = Dequantized("QuantizeAndDequantizeV4", $"input:T input_min:T input_max:T -> output:T ; {Signed} num_bits:int=8 range_given:bool=false round_mode:string=HALF_TO_EVEN {Mode}",
        (n, g) => V4Grad!.Node([g, n[0], n[1], n[2]], ("axis", n.Int("axis"))).Outputs);

    internal static readonly Op V4Grad = Composed.Op("QuantizeAndDequantizeV4Grad", "gradients:T input:T input_min:T input_max:T -> input_backprop:T input_min_backprop:T input_max_backprop:T ; T:float axis:int=-1", s =>
    {
        var limits = Limits(s, 1, 2, 3);
        return new Shapes([s.Alike(0, 1), limits, limits]);
    }, (n, v) => [Only(v[0], v[1] >= Along(n, v[1], v[2]) & v[1] <= Along(n, v[1], v[3])), A.ZerosLike(v[2]), A.ZerosLike(v[3])]);   // TensorFlow gives the limits none

    static Op Fake(string name, int rank, Func<Op> gradient) => new(name, $"inputs:float32 min:float32 max:float32 -> outputs:float32 ; {Bits}")
    {
        Shape = s => Bounds(s, 0, rank),
        Grad = (n, g) => gradient().Call([g, n[0], n[1], n[2]], n.Attrs).Outputs,
        Composite = n => [A.Where(Nothing(n[1], n[2]), A.ZerosLike(n[0]), Rounded(n[0], Nudge(n, (n[1], n[2]))))],
    };

    static Op FakeGradient(string name, int rank) => Composed.Op(name, $"gradients:float32 inputs:float32 min:float32 max:float32 -> backprops_wrt_input:float32 backprop_wrt_min:float32 backprop_wrt_max:float32 ; {Bits}", s =>
    {
        var limits = s[2].Merge(s[3]);
        Bounds(s, 1, rank);
        return new Shapes([s.Alike(0, 1), limits, limits]);
    }, (n, v) =>
    {
        var parts = Passed(v[0], v[1], Nudge(n, (v[2], v[3])));
        var (none, axes) = (Nothing(v[2], v[3]), Enumerable.Range(0, v[1].Shape.Rank - rank).ToArray());
        Variable Limit(Variable part) => A.Where(none, A.ZerosLike(v[2]), A.Sum(part, axes));
        return [A.Where(none, v[0], parts[0]), Limit(parts[1]), Limit(parts[2])];
    });

    static Op Dequantized(string name, string signature, Func<Node, Variable, Variable?[]>? grad) => new(name, signature)
    {
        Shape = s =>
        {
            Limits(s, 0, 1, 2);
            if (s.Count > 3) s.Rank(3, 0);
            return s[0];
        },
        Grad = grad ?? ((n, g) => [g, .. new Variable?[n.Inputs.Length - 1]]),
        Composite = n => [Dequantize(n)],
    };

    static Variable Dequantize(Node n)
    {
        var (x, bits, signed, narrow) = (n[0], n.Inputs.Length > 3 ? ShapeValues.NeededInts(n, 3)[0] : n.Int("num_bits"), n.Flag("signed_input"), n.Flag("narrow_range"));
        if (bits is < 1 or > 62) throw new GraphException($"{n.Op.Name}: num_bits is {bits}. Expected 1 to 62.") { Node = n.Name };
        var given = n.Flag("range_given");
        int[] axes = [.. Enumerable.Range(0, x.Shape.Rank).Where(a => n.Int("axis") < 0 || a != n.Int("axis"))];
        var (low, high) = given ? (Along(n, x, n[1]), Along(n, x, n[2])) : (A.Min(x, axes, keepDims: true), A.Max(x, axes, keepDims: true));
        double least = signed ? -Math.ScaleB(1, (int)bits - 1) + (narrow ? 1 : 0) : 0, most = signed ? Math.ScaleB(1, (int)bits - 1) - 1 : Math.ScaleB(1, (int)bits) - 1;
        // of the two ends the one that needs the larger steps sets them
        var huge = A.OnesLike(low) * (x.DType == DType.Float64 ? double.MaxValue : x.DType == DType.Float16 ? 65504 : float.MaxValue);
        var (fromLow, fromHigh) = (A.Where(low * least > 0, low.Weak(least) / low, huge), A.Where(high * most > 0, high.Weak(most) / high, huge));
        var byLow = fromLow < fromHigh;
        var scale = A.Minimum(fromLow, fromHigh);
        var step = A.Where(byLow, least == 0 ? A.ZerosLike(low) : low / least, high / most);
        if (given) x = A.Minimum(A.Maximum(x, A.Where(byLow, low, step * least)), A.Where(byLow, step * most, high));
        var scaled = x * scale;
        return (n.Attrs.Has("round_mode") && n.Text("round_mode") == "HALF_UP" ? A.Floor(scaled + 0.5) : A.Round(scaled)) * step;
    }

    /// <summary>Limits of each channel seen along the axis.</summary>
    static Variable Along(Node n, Variable x, Variable limit) => n.Int("axis") is >= 0 and var axis ? A.Reshape(limit, Shape.Create([.. Enumerable.Range(0, x.Shape.Rank).Select(a => a == axis ? -1L : 1)])) : limit;

    static (Variable Low, Variable High) Constants(Node n) => (A.Constant(n.Float("min")), A.Constant(n.Float("max")));

    static Variable Nothing(Variable low, Variable high) => A.Equal(low, A.ZerosLike(low)) & A.Equal(high, A.ZerosLike(high));

    /// <summary>The range moved so that 0 is one of the steps.</summary>
    static (Variable Low, Variable High, Variable Step) Nudge(Node n, (Variable Low, Variable High) range)
    {
        double least = n.Flag("narrow_range") ? 1 : 0, most = Math.ScaleB(1, (int)n.Int("num_bits")) - 1;
        var step = (range.High - range.Low) / (most - least);
        var zero = least - range.Low / step;
        var place = A.Where(zero < least, A.OnesLike(zero) * least, A.Where(zero > most, A.OnesLike(zero) * most, A.Floor(zero + 0.5)));
        return ((least - place) * step, (most - place) * step, step);
    }

    static Variable Rounded(Variable x, (Variable Low, Variable High, Variable Step) range)
    {
        var inverse = 1 / range.Step;
        var zero = A.Floor(-range.Low * inverse + 0.5);
        return A.Floor((A.Maximum(A.Minimum(x, range.High), range.Low) - range.Low) * inverse - zero + 0.5) * range.Step;
    }

    /// <summary>The gradient for what lies within, below and above the range.</summary>
    static Variable[] Passed(Variable g, Variable x, (Variable Low, Variable High, Variable Step) range) =>
        [Only(g, x >= range.Low & x <= range.High), Only(g, x < range.Low), Only(g, x > range.High)];

    static Variable Only(Variable g, Variable where) => A.Where(where, g, A.ZerosLike(g));

    static Shape Bounds(ShapeContext s, int x, int rank)
    {
        if (s.Int("num_bits") is < 2 or > 16) throw s.Fail($"num_bits is {s.Int("num_bits")}", "Expected 2 to 16.");
        foreach (var i in new[] { x + 1, x + 2 }) s.Rank(i, rank);
        if (rank == 0 || !s[x].HasRank) return s[x];
        if (s[x].Rank == 0) throw s.Fail("the input is a single number", "Expected channels along the last axis.");
        foreach (var i in new[] { x + 1, x + 2 })
            if (s[i].HasRank) s.Same(s[x][-1], s[i][0], "the numbers of channels and of limits");
        return s[x];
    }

    static Shape Limits(ShapeContext s, int x, int low, int high)
    {
        var axis = s.Int("axis");
        if (axis < -1 || s[x].HasRank && axis >= s[x].Rank) throw s.Fail($"axis {axis} does not exist", "Expected an axis of the input, or -1 for all.");
        foreach (var i in new[] { low, high })
        {
            s.Rank(i, axis < 0 ? 0 : 1);
            if (axis >= 0 && s[i].HasRank && s[x].HasRank) s.Same(s[i][0], s[x][(int)axis], "the numbers of channels and of limits");
        }
        return axis < 0 ? Shape.Scalar : s[low].Merge(s[high]);
    }
}
