using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Training;

namespace Zoo.Keras.Graph;

/// <summary>Lowers a model for training or for inference, and collects what layers leave behind.</summary>
internal sealed class KerasLowering(bool training, LoweringState? state = null) : Lowering
{
    internal bool Training => training;

    internal LoweringState State { get; } = state ?? new();

    /// <summary>Whether training changes a layer's weights and statistics.</summary>
    internal bool Trains(Layer layer) => layer.Trainable && !State.Frozen.Contains(layer);

    /// <summary>The same collection for a graph within a layer.</summary>
    internal KerasLowering Child(bool trainingOfCall) => new(trainingOfCall, State);
}

/// <summary>What one lowering of a model gathers.</summary>
internal sealed class LoweringState
{
    readonly Dictionary<Layer, int> calls = [];

    /// <summary>The parts that views of the model freeze.</summary>
    internal HashSet<object> Frozen { get; init; } = [];

    /// <summary>The masks of upper Variables that have one.</summary>
    internal Dictionary<Variable, Variable> Masks { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Numbers that training adds to the loss: regularizers, <see cref="CallContext.AddLoss"/>.</summary>
    internal List<Variable> Losses { get; } = [];

    /// <summary>Weights whose regularizer counted already.</summary>
    internal HashSet<Parameter> Regularized { get; } = [];

    /// <summary>New values of weights that the optimizer does not change.</summary>
    internal Dictionary<Parameter, Variable> Updates { get; } = [];

    /// <summary>The number of the step, an int64 scalar: what the trainer gave, else an input that must be fed.</summary>
    internal Variable Step { get => field ??= Fed = StateOps.Input("step", [], DType.Int64); init; }

    /// <summary>What is known of the whole batch, where this is a part of one.</summary>
    internal BatchPart? Part { get; init; }

    /// <summary>The counter of random numbers at which the first row of a value begins: that row's place in the whole batch, times the counts of a row.</summary>
    /// <param name="rows">The number of rows, a multiple of that of samples.</param>
    /// <param name="counts">The counts that one row takes.</param>
    internal Variable FirstCount(Variable rows, Variable counts) => Part is not { } part ? AutoGrad.Constant(0, DType.Int64)
        : AutoGrad.FloorDiv(AutoGrad.Cast(rows, DType.Int64), part.Samples) * part.First * AutoGrad.Cast(counts, DType.Int64);

    /// <summary>The input that was made for the step because a layer asked and nothing was given.</summary>
    internal Variable? Fed { get; private set; }

    /// <summary>Counts the calls of a layer that ask for random numbers.</summary>
    internal int NextCall(Layer layer)
    {
        calls[layer] = calls.GetValueOrDefault(layer, -1) + 1;
        return calls[layer];
    }
}

/// <summary>A model as TensorFlow ops.</summary>
/// <param name="Lowering">What made it, which knows how to lower more.</param>
/// <param name="Outputs">The outputs, in the model's order.</param>
/// <param name="Masks">The mask that each output carries, or null.</param>
/// <param name="Losses">Numbers to add to the loss.</param>
/// <param name="Updates">New values of weights that the optimizer does not change.</param>
internal sealed record LoweredModel(KerasLowering Lowering, Variable[] Outputs, Variable?[] Masks, Variable[] Losses, (Parameter Target, Variable Value)[] Updates)
{
    /// <summary>An int64 scalar that must be fed, because a layer draws random numbers and no step was given; else null.</summary>
    internal Variable? Step { get; init; }
}
