namespace Zoo.Autograd.Engine.Torch;

/// <summary>An argument of an ATen op as its schema wants it: a tensor, an int, bool or double, a list of one of these, a dtype, a string, or none.</summary>
internal readonly record struct Arg
{
    internal enum Kind { None, Tensor, Int, Bool, Double, Ints, Bools, Tensors, DType, OptionalInts, OptionalInt, OptionalDType, OptionalDouble, OptionalTensor, Text, OptionalText }

    internal Kind Is { get; private init; }
    internal object? Object { get; private init; }
    internal long Int { get; private init; }
    internal double Double { get; private init; }

    /// <summary>An optional argument that is not given.</summary>
    internal static Arg None => default;

    public static implicit operator Arg(Value v) => new() { Is = Kind.Tensor, Object = v };
    public static implicit operator Arg(Value[] v) => new() { Is = Kind.Tensors, Object = v };
    public static implicit operator Arg(long v) => new() { Is = Kind.Int, Int = v };
    public static implicit operator Arg(int v) => new() { Is = Kind.Int, Int = v };
    public static implicit operator Arg(bool v) => new() { Is = Kind.Bool, Int = v ? 1 : 0 };
    public static implicit operator Arg(double v) => new() { Is = Kind.Double, Double = v };
    public static implicit operator Arg(long[] v) => new() { Is = Kind.Ints, Object = v };
    public static implicit operator Arg(bool[] v) => new() { Is = Kind.Bools, Object = v };
    public static implicit operator Arg(DType v) => new() { Is = Kind.DType, Int = (long)v };
    public static implicit operator Arg(string v) => new() { Is = Kind.Text, Object = System.Text.Encoding.UTF8.GetBytes(v) };

    /// <summary>A given value of an optional argument (<c>int[]?</c>, <c>int?</c>, <c>ScalarType?</c>, <c>float?</c>, <c>Tensor?</c>, <c>str?</c>).</summary>
    internal static Arg Optional(long[] v) => new() { Is = Kind.OptionalInts, Object = v };
    internal static Arg Optional(long v) => new() { Is = Kind.OptionalInt, Int = v };
    internal static Arg Optional(DType v) => new() { Is = Kind.OptionalDType, Int = (long)v };
    internal static Arg Optional(Value v) => new() { Is = Kind.OptionalTensor, Object = v };
    internal static Arg Optional(string v) => new() { Is = Kind.OptionalText, Object = System.Text.Encoding.UTF8.GetBytes(v) };
    internal static Arg Optional(double v) => new() { Is = Kind.OptionalDouble, Double = v };
}
