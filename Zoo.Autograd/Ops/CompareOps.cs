using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Comparisons, logic, choice between values, casts.</summary>
internal static class CompareOps
{
    internal static readonly Op Equal = Compare("Equal", "T:type incompatible_shape_error:bool=true", Opcode.Equal, (a, b) => a == b);
    internal static readonly Op NotEqual = Compare("NotEqual", "T:type incompatible_shape_error:bool=true", Opcode.NotEqual, (a, b) => a != b);
    internal static readonly Op Less = Compare("Less", "T:real", Opcode.Less, (a, b) => a < b);
    internal static readonly Op LessEqual = Compare("LessEqual", "T:real", Opcode.LessEqual, (a, b) => a <= b);
    internal static readonly Op Greater = Compare("Greater", "T:real", Opcode.Greater, (a, b) => a > b);
    internal static readonly Op GreaterEqual = Compare("GreaterEqual", "T:real", Opcode.GreaterEqual, (a, b) => a >= b);
    internal static readonly Op LogicalAnd = Logic("LogicalAnd", Opcode.LogicalAnd);
    internal static readonly Op LogicalOr = Logic("LogicalOr", Opcode.LogicalOr);

    internal static readonly Op LogicalNot = new("LogicalNot", "x:bool -> y:bool") { Shape = s => s[0], NoGradient = Op.Discrete, Pointwise = e => e.Do(Opcode.LogicalNot) };
    internal static readonly Op IsNan = Test("IsNan", Opcode.IsNan);
    internal static readonly Op IsInf = Test("IsInf", Opcode.IsInf);
    internal static readonly Op IsFinite = Test("IsFinite", Opcode.IsFinite);

    internal static readonly Op SelectV2 = new("SelectV2", "condition:bool t:T e:T -> output:T")
    {
        Shape = s => s.Broadcast(s[0], s.Broadcast(1, 2)),
        Grad = (n, g) => [null, A.Where(n[0], g, A.ZerosLike(g)).SumTo(n[1]), A.Where(n[0], A.ZerosLike(g), g).SumTo(n[2])],
        Pointwise = e => e.Do(Opcode.Select),
    };

    internal static readonly Op Cast = new("Cast", "x:SrcT -> y:DstT ; SrcT:numeric DstT:numeric Truncate:bool=false")
    {
        Shape = s => s.Flag("Truncate") && s.Attr<DType>("DstT").IsHalf() ? throw s.Fail($"Truncate rounds to {s.Attr<DType>("DstT").Name()} downwards", "Expected Truncate to be false: to the nearest number.") : s[0],
        Grad = (n, g) => [n[0].DType.IsFloat() || n[0].DType.IsComplex() ? A.Cast(g, n[0].DType) : null],
        Pointwise = e => e.Do(Opcode.Cast),
        Simplify = n => n[0].DType == n.Out.DType ? n[0] : null,
        Fold = (n, v) => v[0].Cast(n.Type("DstT")),
    };

    static Op Compare(string name, string attrs, Opcode code, Func<double, double, bool> host) => new(name, $"x:T y:T -> z:bool ; {attrs}")
    {
        Shape = s => s.Broadcast(),
        NoGradient = Op.Discrete,
        Pointwise = e => e.Do(code),
        Fold = (n, v) => v[0].DType == DType.String ? null : HostMath.Broadcast(v[0], v[1], (a, b) => host(a, b) ? 1 : 0, DType.Bool),
    };

    static Op Logic(string name, Opcode code) => new(name, "x:bool y:bool -> z:bool") { Shape = s => s.Broadcast(), NoGradient = Op.Discrete, Pointwise = e => e.Do(code) };

    static Op Test(string name, Opcode code) => new(name, "x:T -> y:bool ; T:float") { Shape = s => s[0], NoGradient = Op.Discrete, Pointwise = e => e.Do(code) };
}
