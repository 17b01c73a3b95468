namespace Zoo.Keras;

/// <summary>Keras' rule for values of several types: the type that holds them all.</summary>
internal static class Promotion
{
    /// <summary>The common type; floating-point where one is.</summary>
    internal static DType Of(IEnumerable<DType> types) => types.Aggregate(Two);

    static DType Two(DType a, DType b)
    {
        if (a == b || b == DType.Bool) return a;
        if (a == DType.Bool) return b;
        if (a.IsFloat() || b.IsFloat())
            return !a.IsFloat() ? b : !b.IsFloat() ? a : a.Size() == b.Size() ? DType.Float32 : a.Size() > b.Size() ? a : b;
        if (!a.IsInteger() || !b.IsInteger()) return a;   // no rule: the op says that they differ
        if (IsSigned(a) == IsSigned(b)) return a.Size() > b.Size() ? a : b;
        var (signed, unsigned) = IsSigned(a) ? (a, b) : (b, a);
        return unsigned.Size() < signed.Size() ? signed : unsigned switch { DType.UInt8 => DType.Int16, DType.UInt16 => DType.Int32, DType.UInt32 => DType.Int64, _ => DType.Float32 };
    }

    static bool IsSigned(DType type) => type is DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64;
}
