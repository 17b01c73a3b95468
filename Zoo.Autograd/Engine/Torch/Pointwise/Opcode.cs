namespace Zoo.Autograd.Engine.Torch;

/// <summary>What one instruction of an element-wise program computes. Where TensorFlow has an op of that name, it means the same.</summary>
internal enum Opcode
{
    /// <summary>Loads input number Immediate.</summary>
    Input,
    /// <summary>The number Immediate.</summary>
    Constant,
    /// <summary>Converts to the instruction's dtype.</summary>
    Cast,
    Add, Sub, Mul, Div, FloorDiv, FloorMod, TruncateMod, Maximum, Minimum, Pow, Atan2, SquaredDifference, DivNoNan, Xdivy, Xlogy,
    Neg, Abs, Sign, Square, Sqrt, Rsqrt, Reciprocal, Exp, Expm1, Log, Log1p, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Sigmoid,
    Softplus, Softsign, Relu, Relu6, Elu, Selu, Erf, Floor, Ceil, Rint, LeakyRelu,
    ReluGrad, Relu6Grad, EluGrad, SeluGrad, LeakyReluGrad, TanhGrad, SigmoidGrad, SoftplusGrad, SoftsignGrad, SqrtGrad, RsqrtGrad, ReciprocalGrad,
    Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, LogicalAnd, LogicalOr, LogicalNot, IsNan, IsInf, IsFinite,
    /// <summary>Where the first (bool) argument holds the second, else the third.</summary>
    Select,
}
