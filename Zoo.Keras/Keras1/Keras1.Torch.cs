using Zoo.Keras.Torch;

namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>Select(dim, index)</c>.</summary>
    public static Select Select(int dim, int index, Shape? inputShape = null, string? name = null) => Named(new Select(dim, index) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Narrow(dim, offset, length)</c>.</summary>
    public static Narrow Narrow(int dim, int offset, int length = 1, Shape? inputShape = null, string? name = null) => Named(new Narrow(dim, offset, length) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Squeeze(dim)</c>: without one all axes of size 1 but the batch.</summary>
    public static Squeeze Squeeze(int? dim = null, Shape? inputShape = null, string? name = null) => Named(new Squeeze(dim is { } one ? [one] : []) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>ExpandDim(dim)</c>.</summary>
    public static ExpandDim ExpandDim(int dim, Shape? inputShape = null, string? name = null) => Named(new ExpandDim(dim) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Expand(tgt_sizes)</c>.</summary>
    public static Expand Expand(long[] tgtSizes, Shape? inputShape = null, string? name = null) => Named(new Expand(tgtSizes) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SelectTable(index)</c>, from 0.</summary>
    public static SelectTable SelectTable(int index, string? name = null) => Named(new SelectTable(index), name);

    /// <summary>Zoo's <c>SplitTensor(dimension, num)</c>.</summary>
    public static SplitTensor SplitTensor(int dimension, int num, Shape? inputShape = null, string? name = null) => Named(new SplitTensor(dimension, num) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GetShape()</c>.</summary>
    public static GetShape GetShape(Shape? inputShape = null, string? name = null) => Named(new GetShape { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Max(dim, num_input_dims, return_value)</c>; places count from 0.</summary>
    public static Max Max(int dim, int? numInputDims = null, bool returnValue = true, Shape? inputShape = null, string? name = null) => Named(new Max(dim, numInputDims, returnValue) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>AddConstant(constant)</c>.</summary>
    public static AddConstant AddConstant(double constant, Shape? inputShape = null, string? name = null) => Named(new AddConstant(constant) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>MulConstant(constant)</c>.</summary>
    public static MulConstant MulConstant(double constant, Shape? inputShape = null, string? name = null) => Named(new MulConstant(constant) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>CAdd(size, b_regularizer)</c>.</summary>
    public static CAdd CAdd(long[] size, Regularizer? bRegularizer = null, Shape? inputShape = null, string? name = null) => Named(new CAdd(size) { BiasRegularizer = bRegularizer, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>CMul(size, W_regularizer)</c>.</summary>
    public static CMul CMul(long[] size, Regularizer? wRegularizer = null, Shape? inputShape = null, string? name = null) => Named(new CMul(size) { KernelRegularizer = wRegularizer, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Mul()</c>.</summary>
    public static Mul Mul(Shape? inputShape = null, string? name = null) => Named(new Mul { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Scale(size)</c>.</summary>
    public static Scale Scale(long[] size, Shape? inputShape = null, string? name = null) => Named(new Scale(size) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Power(power, scale, shift)</c>.</summary>
    public static Power Power(double power, double scale = 1, double shift = 0, Shape? inputShape = null, string? name = null) => Named(new Power(power, scale, shift) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Exp()</c>.</summary>
    public static Exp Exp(Shape? inputShape = null, string? name = null) => Named(new Exp { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Log()</c>.</summary>
    public static Log Log(Shape? inputShape = null, string? name = null) => Named(new Log { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Sqrt()</c>.</summary>
    public static Sqrt Sqrt(Shape? inputShape = null, string? name = null) => Named(new Sqrt { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Square()</c>.</summary>
    public static Square Square(Shape? inputShape = null, string? name = null) => Named(new Square { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Negative()</c>.</summary>
    public static Negative Negative(Shape? inputShape = null, string? name = null) => Named(new Negative { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Identity()</c>.</summary>
    public static IdentityLayer Identity(Shape? inputShape = null, string? name = null) => Named(new IdentityLayer { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>HardShrink(value)</c>.</summary>
    public static HardShrink HardShrink(double value = 0.5, Shape? inputShape = null, string? name = null) => Named(new HardShrink(value) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>SoftShrink(value)</c>.</summary>
    public static SoftShrink SoftShrink(double value = 0.5, Shape? inputShape = null, string? name = null) => Named(new SoftShrink(value) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>HardTanh(min_value, max_value)</c>.</summary>
    public static HardTanh HardTanh(double minValue = -1, double maxValue = 1, Shape? inputShape = null, string? name = null) => Named(new HardTanh(minValue, maxValue) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>BinaryThreshold(value)</c>.</summary>
    public static BinaryThreshold BinaryThreshold(double value = 1e-6, Shape? inputShape = null, string? name = null) => Named(new BinaryThreshold(value) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>Threshold(th, v)</c>.</summary>
    public static Threshold Threshold(double th = 1e-6, double v = 0, Shape? inputShape = null, string? name = null) => Named(new Threshold(th, v) { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>InternalERF</c>.</summary>
    public static ERF ERF(Shape? inputShape = null, string? name = null) => Named(new ERF { InputShape = inputShape }, name);
}
