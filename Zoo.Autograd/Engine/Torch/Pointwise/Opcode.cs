namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What one instruction of an element-wise program computes. Where TensorFlow has an op of that name, it means the same and takes its arguments in the same
/// order: gradients take (gradient, features) or, where they are formulas of the forward output, (output, gradient).
/// </summary>
internal enum Opcode : byte
{
    /// <summary>Loads input number Immediate.</summary>
    Input,
    /// <summary>The number Immediate.</summary>
    Constant,

    // one argument
    /// <summary>Converts to the instruction's dtype: floats truncate to integers, anything but 0 is true.</summary>
    Cast,
    Neg, Abs, Sign, Square, Sqrt, Rsqrt, Reciprocal, Exp, Expm1, Log, Log1p, Sin, Cos, Tan, Sinh, Cosh, Tanh, Asin, Acos, Atan, Asinh, Acosh, Atanh,
    Sigmoid, Softplus, Softsign, Relu, Relu6, Elu, Selu, Erf, Erfc, Floor, Ceil,
    /// <summary>To the nearest integer, halves to the even one.</summary>
    Rint,
    Truncate, LogicalNot, IsNan, IsInf, IsFinite,

    // two arguments; of LeakyRelu and LeakyReluGrad Immediate is alpha
    LeakyRelu, Add, Sub, Mul, Div, FloorDiv, FloorMod, TruncateMod, Pow, Maximum, Minimum, AtMost, AtLeast, SquaredDifference, Atan2, Xdivy, Xlogy, Xlog1py, DivNoNan, MulNoNan,
    LogicalAnd, LogicalOr, LogicalXor,
    ReluGrad, Relu6Grad, EluGrad, SeluGrad, LeakyReluGrad, SoftplusGrad, SoftsignGrad, SigmoidGrad, TanhGrad, RsqrtGrad, SqrtGrad, ReciprocalGrad,
    Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,

    // three arguments
    /// <summary>Where the first (bool) argument holds the second, else the third.</summary>
    Select,

    // counter-based random numbers of (key, counter low word, counter high word), scalars of int64; an element's index is its place in the iteration space
    /// <summary>Uniform in [0, 1), float32 or float64.</summary>
    PhiloxUniform,
    /// <summary>All bits random, int32 or int64.</summary>
    PhiloxBits,
    /// <summary>Standard normal, float32 or float64.</summary>
    PhiloxNormal,
    /// <summary>(bits, low, high): random bits brought to low up to high, which are scalars.</summary>
    BitsToRange,
}
