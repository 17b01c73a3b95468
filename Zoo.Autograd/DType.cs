namespace Zoo.Autograd;

/// <summary>The type of a tensor's elements. The numbers are TensorFlow's <c>DataType</c>.</summary>
public enum DType
{
    /// <summary>No type.</summary>
    Invalid = 0,
    /// <summary>32-bit float.</summary>
    Float32 = 1,
    /// <summary>64-bit float.</summary>
    Float64 = 2,
    /// <summary>32-bit signed integer.</summary>
    Int32 = 3,
    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 4,
    /// <summary>16-bit signed integer.</summary>
    Int16 = 5,
    /// <summary>8-bit signed integer.</summary>
    Int8 = 6,
    /// <summary>Byte strings.</summary>
    String = 7,
    /// <summary>Two 32-bit floats.</summary>
    Complex64 = 8,
    /// <summary>64-bit signed integer.</summary>
    Int64 = 9,
    /// <summary>Truth value, one byte.</summary>
    Bool = 10,
    /// <summary>The upper half of a 32-bit float.</summary>
    BFloat16 = 14,
    /// <summary>16-bit unsigned integer.</summary>
    UInt16 = 17,
    /// <summary>Two 64-bit floats.</summary>
    Complex128 = 18,
    /// <summary>IEEE half precision.</summary>
    Float16 = 19,
    /// <summary>A handle to a variable.</summary>
    Resource = 20,
    /// <summary>TensorFlow's variant.</summary>
    Variant = 21,
    /// <summary>32-bit unsigned integer.</summary>
    UInt32 = 22,
    /// <summary>64-bit unsigned integer.</summary>
    UInt64 = 23,
}
