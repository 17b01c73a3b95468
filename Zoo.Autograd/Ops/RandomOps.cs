using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// TensorFlow's stateless random numbers by the counter-based generator Philox: an element depends on key, counter and its place only, so both
/// engines give the same numbers.
/// </summary>
internal static class RandomOps
{
    const string Inputs = "shape:Tshape key:uint64 counter:uint64 alg:int32";

    internal static readonly Op Uniform = Real("StatelessRandomUniformV2", Opcode.PhiloxUniform);
    internal static readonly Op Normal = Real("StatelessRandomNormalV2", Opcode.PhiloxNormal);

    internal static readonly Op TruncatedNormal = new("StatelessTruncatedNormalV2", $"{Inputs} -> output:dtype ; dtype:float=float32 Tshape:index=int32")
    {
        Shape = s => Wanted(s),
        NoGradient = Op.Discrete,
        Kernel = k =>
        {
            OnlyPhilox(k.Node);
            return k.Host(TruncatedNormals.Kernel((int)k.OutShape().Elements, k.OutDType()), [k[1], k[2]], (k.OutShape(), k.OutDType()))[0];
        },
    };

    internal static readonly Op FullInt = new("StatelessRandomUniformFullIntV2", $"{Inputs} -> output:dtype ; dtype:int32|int64|uint32|uint64=uint64 Tshape:index=int32")
    {
        Shape = s => Wanted(s),
        NoGradient = Op.Discrete,
        Simplify = n => Bits(n),
        Kernel = k => throw NotPlanned(k),
    };

    internal static readonly Op UniformInt = new("StatelessRandomUniformIntV2", $"{Inputs} minval:dtype maxval:dtype -> output:dtype ; dtype:int32|int64|uint32|uint64 Tshape:index=int32")
    {
        Shape = s =>
        {
            s.Rank(4, 0);
            s.Rank(5, 0);
            if (s.Number(4) is { } low && s.Number(5) is { } high && low >= high) throw s.Fail($"there is no integer from {low} below {high}", "Expected minval below maxval.");
            return Wanted(s);
        },
        NoGradient = Op.Discrete,
        Simplify = n => n.Out.DType is DType.Int32 or DType.Int64 ? Range!.Call(Bits(n), n[4], n[5]) : null,
        Kernel = k => throw NotPlanned(k),
    };

    /// <summary>The same memory seen as another dtype of that size.</summary>
    internal static readonly Op Bitcast = new("Bitcast", $"input:T -> output:type ; T:{BitTypes} type:{BitTypes}")
    {
        Shape = s => s.Attr<DType>("type").Size() == s.DType(0).Size() ? s[0] : throw s.Fail($"{s.DType(0).Name()} and {s.Attr<DType>("type").Name()} have different sizes", "Expected dtypes of one size."),
        NoGradient = Op.Discrete,
        Kernel = k => k.Call("view.dtype", k[0], k.OutDType()),
        Moves = true,
        Simplify = n => n[0].DType == n.Out.DType ? n[0] : null,
    };

    const string BitTypes = "bfloat16|float16|float32|float64|int64|int32|uint8|uint16|uint32|uint64|int8|int16|complex64|complex128";

    /// <summary>What the stateless ops become when they are planned: key and counter as single numbers, so that they fuse with other element-wise ops. No TensorFlow op.</summary>
    static readonly Op Philox = new("_Philox", "key:int64 low:int64 high:int64 -> output:dtype ; dtype:type shape:shape code:int")
    {
        Shape = s => s.Attr<Shape>("shape"),
        NoGradient = Op.Discrete,
        Pointwise = e => e.Do((Opcode)e.Node.Int("code")),
    };

    static readonly Op Range = new("_BitsToRange", "bits:T low:T high:T -> output:T")
    {
        Shape = s => s[0],
        NoGradient = Op.Discrete,
        Pointwise = e => e.Do(Opcode.BitsToRange),
    };

    static Op Real(string name, Opcode code) => new(name, $"{Inputs} -> output:dtype ; dtype:float=float32 Tshape:index=int32")
    {
        Shape = s => Wanted(s),
        NoGradient = Op.Discrete,
        Simplify = n => n.Out.DType.IsHalf() ? Half(n, code) : Planned(n, code, n.Out.DType),
        Kernel = k => throw NotPlanned(k),
    };

    /// <summary>As TensorFlow: uniform numbers of 16 bits have their mantissa from the lowest bits, normal ones are rounded.</summary>
    static Variable Half(Node n, Opcode code)
    {
        var dtype = n.Out.DType;
        if (code != Opcode.PhiloxUniform) return A.Cast(Planned(n, code, DType.Float32), dtype);
        var steps = dtype == DType.Float16 ? 1 << 10 : 1 << 7;
        var bits = Planned(n, Opcode.PhiloxBits, DType.Int32);
        return A.Cast(BitOps.BitwiseAnd.Call(bits, bits.Weak(steps - 1)), dtype) * (1.0 / steps);
    }

    static Variable Bits(Node n)
    {
        var same = n.Out.DType.Size() == 4 ? DType.Int32 : DType.Int64;
        var bits = Planned(n, Opcode.PhiloxBits, same);
        return n.Out.DType == same ? bits : Bitcast.Call([bits], ("type", n.Out.DType));
    }

    static Variable Planned(Node n, Opcode code, DType dtype)
    {
        OnlyPhilox(n);
        var counter = Signed(n[2]);
        return Philox.Call([Signed(A.Reshape(n[1], [])), counter[0], counter[1]], ("dtype", dtype), ("shape", n.Out.Shape), ("code", (long)code));

        static Variable Signed(Variable v) => ShapeValues.Constant(v) is { } known ? A.Constant(known.Cast(DType.Int64)) : Bitcast.Call([v], ("type", DType.Int64));
    }

    internal static Shape Wanted(ShapeContext s)
    {
        s.Vector(0, -1);
        s.Vector(1, 1);
        s.Vector(2, 2);
        s.Rank(3, 0);
        if (s.Known(0) is { } dims) return dims.Any(d => d < 0) ? throw s.Fail("a size is negative", "Expected 0 or more.") : Shape.Create([.. dims.Select(d => d ?? Dim.Any)]);
        return s.OfLength(0);
    }

    internal static void OnlyPhilox(Node n)
    {
        if (ShapeValues.Entries(n[3]) is not [1 or 3]) throw new GraphException($"{n.Op.Name}: its algorithm is not Philox. Expected alg 1, a constant.");
    }

    static GraphException NotPlanned(Kernel k) => new($"{k.Node.Op.Name}: the embedded engine has no kernel for shape {k.Shape(0)} and {k.OutDType().Name()}. Expected a shape that is known when the graph is planned.");
}
