using Zoo.Autograd.Engine;

namespace Zoo.Keras;

public partial class Model
{
    /// <summary>
    /// Where the time of one step goes: of a training step where there are labels (the model is compiled), else of Predict. All samples are one batch. Weights and all other state stay as they are.
    /// </summary>
    /// <param name="x">Samples, axis 0 counts them.</param>
    /// <param name="y">Labels.</param>
    /// <param name="sampleWeight">Weights of the samples.</param>
    /// <param name="steps">How many steps are timed.</param>
    /// <returns>Times, bytes and arithmetic node by node; <c>Console.WriteLine(profile)</c> shows them as a table.</returns>
    /// <exception cref="InvalidOperationException">The model runs on TensorFlow, or node by node for debugging.</exception>
    public StepProfile Profile(Arrays x, Arrays? y = null, Arrays? sampleWeight = null, int steps = 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        if (y is null)
        {
            Build(x);
            return Profile(Inference(), Training.Binding.Inputs("Profile", this, x), steps);
        }
        var with = Ready("Profile");
        return Alone("Profile", with, () =>
        {
            with.Prepare(x);
            var (feeds, programs) = with.Bind("Profile", new(x, y, sampleWeight));
            return Profile(programs.Train(guarded: false), feeds, steps);
        });
    }

    static StepProfile Profile(ISession session, NDArray[] feeds, int steps) => session is IProfiled profiled ? profiled.Profile(feeds, steps)
        : throw new InvalidOperationException("Profile: the model does not run on the embedded engine's plans. Expected the embedded engine without Engine.Debug. Use Compile(…, engine: \"embedded\") or Engine.Use(\"embedded\").");
}
