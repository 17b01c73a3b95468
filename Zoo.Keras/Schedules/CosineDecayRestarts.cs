using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Cosine decay that starts again and again (SGDR: Loshchilov and Hutter, 2016), each time for tMul times the steps from mMul times the rate.</summary>
[KerasObject("keras.optimizers.schedules")]
public sealed class CosineDecayRestarts(double initialLearningRate, int firstDecaySteps, double tMul = 2, double mMul = 1, double alpha = 0) : LearningRateSchedule
{
    /// <summary>The rate at the start.</summary>
    public double InitialLearningRate { get; } = initialLearningRate;

    /// <summary>The steps until the first restart.</summary>
    public int FirstDecaySteps { get; } = firstDecaySteps > 0 ? firstDecaySteps : throw Bad(firstDecaySteps);

    /// <summary>How much longer each period is.</summary>
    public double TMul { get; } = tMul;

    /// <summary>The rate at a restart, as a part of the one before.</summary>
    public double MMul { get; } = mMul;

    /// <summary>The part of the rate that stays at the end of a period.</summary>
    public double Alpha { get; } = alpha;

    /// <inheritdoc/>
    public override string Name { get; init; } = "SGDRDecay";

    /// <inheritdoc/>
    public override Variable Of(Variable step)
    {
        var done = step / FirstDecaySteps;
        Variable restart, part;
        if (TMul == 1) (restart, part) = (A.Floor(done), done - A.Floor(done));
        else
        {
            restart = A.Floor(A.Log(1 - done * (1 - TMul)) / Math.Log(TMul));
            var length = A.Pow(A.Constant(TMul, step.DType), restart);
            part = (done - (1 - length) / (1 - TMul)) / length;
        }
        var cosine = 0.5 * A.Pow(A.Constant(MMul, step.DType), restart) * (1 + A.Cos(Math.PI * part));
        return ((1 - Alpha) * cosine + Alpha) * InitialLearningRate;
    }
}
