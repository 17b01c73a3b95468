using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: what LSTM's and GRU's cells share, options and all.
/// <summary>Cells of matrix products: <see cref="SimpleRNNCell"/>, <see cref="LSTMCell"/>, <see cref="GRUCell"/>.</summary>
public abstract class GatedCell : RnnCell, IGates
{
    private protected GatedCell(int units, IGates? of)
    {
        Units = units > 0 ? units : throw new ArgumentException($"{GetType().Name}: {units} units were asked for. Expected a positive number.");
        Told = of ?? this;
    }

    /// <summary>The size of the state and of the result.</summary>
    public int Units { get; }

    /// <summary>The activation of the result; tanh by default.</summary>
    public ActivationFunction Activation { get; init; } = "tanh";

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>The first value of the kernel, which multiplies the inputs.</summary>
    public Initializer KernelInitializer { get; init; } = Initializer.GlorotUniform;

    /// <summary>The first value of the recurrent kernel, which multiplies the state.</summary>
    public Initializer RecurrentInitializer { get; init; } = "orthogonal";

    /// <summary>The bias' first value.</summary>
    public Initializer BiasInitializer { get; init; } = Initializer.Zeros;

    /// <summary>A penalty on the kernel.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>A penalty on the recurrent kernel.</summary>
    public Regularizer? RecurrentRegularizer { get; init; }

    /// <summary>A penalty on the bias.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is forced to be after each update.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the recurrent kernel is forced to be after each update.</summary>
    public Constraint? RecurrentConstraint { get; init; }

    /// <summary>What the bias is forced to be after each update.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>The probability with which training drops an input, from 0 to 1; a sequence drops the same ones at each step.</summary>
    public double Dropout { get; init; }

    /// <summary>The same for the state.</summary>
    public double RecurrentDropout { get; init; }

    /// <summary>A seed of its own for what is dropped; else the model's.</summary>
    public new long? Seed { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> StateShapes => [[Units]];

    private protected IGates Told { get; }

    private protected Parameter Kernel { get; private set; } = null!;

    private protected Parameter Recurrent { get; private set; } = null!;

    private protected Parameter? Bias { get; private set; }

    /// <summary>How many matrices stand side by side in a kernel.</summary>
    private protected abstract int Gates { get; }

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (!input.HasRank || input.Rank != 2 || input[1] < 0) throw new ShapeException($"an entry of the sequence has shape {input}. Expected [batch, features] with known features.") { Actual = input };
        Kernel = Weight("kernel", [input[1], Units * Gates], Told.KernelInitializer, Told.KernelRegularizer, constraint: Told.KernelConstraint);
        Recurrent = Weight("recurrent_kernel", [Units, Units * Gates], Told.RecurrentInitializer, Told.RecurrentRegularizer, constraint: Told.RecurrentConstraint);
        Bias = Told.UseBias ? Weight("bias", BiasShape, FirstBias, Told.BiasRegularizer, constraint: Told.BiasConstraint) : null;
    }

    private protected virtual Shape BiasShape => [Units * Gates];

    private protected virtual Initializer FirstBias => Told.BiasInitializer;

    /// <inheritdoc/>
    protected internal override Variable Project(Variable x, bool sequence, CallContext c)
    {
        var y = A.Dot(Drop(x, sequence ? x[0] : x, Told.Dropout, c), Kernel);
        return InputBias is { } bias ? A.BiasAdd(y, bias) : y;
    }

    private protected virtual Variable? InputBias => Bias is null ? null : (Variable)Bias;

    /// <summary>The state as the recurrent kernel gets it: in training some of it is dropped.</summary>
    private protected Variable Kept(Variable state, CallContext c) => Drop(state, state, Told.RecurrentDropout, c);

    /// <summary>Whether the engine's op for all steps computes this cell.</summary>
    private protected bool IsPlain(Variable steps, CallContext c)
    {
        var plain = steps.DType is DType.Float32 or DType.Float64 && Told.Activation.Name == "tanh" && Told.RecurrentActivation.Name == "sigmoid" && !(c.Training && Told.RecurrentDropout is > 0 and < 1);
        if (Told.UseCudnn == true && !plain)
            throw new ArgumentException($"{Name}: UseCudnn is set for {steps.DType.Name()}, activations {Told.Activation.Name} and {Told.RecurrentActivation.Name}, recurrent dropout {Told.RecurrentDropout}. Expected float32 or float64, tanh and sigmoid, and no recurrent dropout. Leave UseCudnn out.");
        return plain && Told.UseCudnn != false;
    }

    Variable Drop(Variable x, Variable like, double rate, CallContext c)
    {
        if (!c.Training || rate is <= 0 or >= 1) return x;
        return x * A.Where(c.RandomUniform(like, seed: Told.Seed) >= rate, A.OnesLike(like) * (1 / (1 - rate)), A.ZerosLike(like));
    }
}
