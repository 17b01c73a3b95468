namespace Zoo.Keras;

/// <summary>What the cells with gates are told: by their own properties, or by those of the layer around them.</summary>
interface IGates
{
    int Units { get; }
    ActivationFunction Activation { get; }
    ActivationFunction RecurrentActivation => "sigmoid";
    bool? UseCudnn => null;
    bool UseBias { get; }
    bool UnitForgetBias => false;
    bool ResetAfter => false;
    Initializer KernelInitializer { get; }
    Initializer RecurrentInitializer { get; }
    Initializer BiasInitializer { get; }
    Regularizer? KernelRegularizer { get; }
    Regularizer? RecurrentRegularizer { get; }
    Regularizer? BiasRegularizer { get; }
    Constraint? KernelConstraint { get; }
    Constraint? RecurrentConstraint { get; }
    Constraint? BiasConstraint { get; }
    double Dropout { get; }
    double RecurrentDropout { get; }
    long? Seed { get; }
}

/// <summary>The same for convolutions in place of matrix products.</summary>
interface IConvGates : IGates
{
    int Filters { get; }
    Sizes KernelSize { get; }
    Sizes Strides { get; }
    Sizes DilationRate { get; }
    Padding Padding { get; }
    DataFormat DataFormat { get; }
}
