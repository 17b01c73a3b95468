using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A C# expression as a layer: <c>new Lambda(x => A.Abs(x))</c>, <c>new Lambda((a, b) => a - b)</c>. To be saved it needs a name: <see cref="LambdaFunction.Register(string, LambdaFunction)"/>.</summary>
[KerasObject("keras.layers"), KerasInert("output_shape"), KerasInert("mask"), KerasInert("arguments")]
public sealed class Lambda : Layer
{
    /// <summary>An expression of one input.</summary>
    public Lambda(Func<Variable, Variable> function) : this((LambdaFunction)function) { }

    /// <summary>An expression of two inputs.</summary>
    public Lambda(Func<Variable, Variable, Variable> function) : this((LambdaFunction)function) { }

    /// <summary>An expression of any number of inputs, or one that was registered under a name.</summary>
    public Lambda(LambdaFunction function) => Function = function;

    /// <summary>The expression.</summary>
    public LambdaFunction Function { get; }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c) => Function.Of(x);
}
