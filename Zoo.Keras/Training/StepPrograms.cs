using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

/// <summary>
/// The training and the evaluation step of a model for labels and weights of given shapes. A step is one program and one engine call: forward, losses, gradients,
/// updates of weights, of statistics and of the metrics' state.
/// </summary>
internal sealed partial class StepPrograms(Model model, Compilation how, OutputTask[] tasks, Meters meters, Variable?[] labels, Variable?[] weights, IEngine engine)
{
    ISession? test;
    readonly Dictionary<bool, ISession> train = [];

    /// <summary>Inputs, then labels, then weights of the outputs that have them.</summary>
    internal Variable[] Feeds { get; } = [.. model.Inputs, .. labels.OfType<Variable>(), .. weights.OfType<Variable>()];

    /// <summary>The training step; with <paramref name="guarded"/> a step whose loss is not finite changes no weight.</summary>
    internal ISession Train(bool guarded) => train.TryGetValue(guarded, out var session) ? session : train[guarded] = engine.Compile(Step(guarded));

    internal ISession Test => test ??= engine.Compile(model.Drawing(Testing(model.Lower(training: false, model.Draws))));

    Program Testing(LoweredModel lowered)
    {
        var (total, outputs) = Measure(lowered);
        return new() { Name = "test", Feeds = Feeds, Fetches = [], Updates = [.. meters.Updates(total, Rows(), null, outputs), .. lowered.Updates] };
    }

    /// <param name="guarded">Whether a step whose loss is not finite changes no weight.</param>
    /// <param name="exported">Whether it gives the loss, and leaves the state of losses and metrics out.</param>
    internal Program Step(bool guarded = false, bool exported = false)
    {
        model.InitializeWeights();
        var lowered = model.Lower(training: true, how.Optimizer.Iterations.Variable);
        var (step, outputs) = Training(lowered);
        var total = step.Total;
        var updates = Updates([.. step.Gradients(how.Optimizer).Select(g => new WeightGradient(g.Weight, g.Gradient))], [.. lowered.Lowering.State.Updates.Select(u => (u.Key, u.Value))]);
        if (guarded)
        {
            var finite = A.IsFinite(total);
            updates = updates.ConvertAll(u => (u.Target, A.Where(finite, u.Value, u.Target.Variable)));
        }
        return new() { Name = "train", Feeds = Feeds, Fetches = exported ? [total] : [], Updates = exported ? [.. updates] : [.. updates, .. meters.Updates(total, Rows(), null, outputs, step.Tracked)] };
    }

    /// <summary>The optimizer's updates and the model's own. Where the model gives a trained weight a new value, the optimizer goes on from that one.</summary>
    List<(Parameter Target, Variable Value)> Updates(WeightGradient[] pairs, (Parameter Target, Variable Value)[] own)
    {
        var updates = how.Optimizer.Updates(pairs);
        var moved = Array.FindAll(own, u => Array.Exists(pairs, p => p.Weight == u.Target));
        if (moved.Length == 0) return [.. updates, .. own];
        var after = new Lowering();
        foreach (var pair in pairs) after.Bind(pair.Gradient, pair.Gradient);
        foreach (var (target, value) in moved) after.Bind(target.Variable, value);
        return [.. updates.Select(u => (u.Target, after.Lower(u.Value))), .. own.Except(moved)];
    }

    /// <summary>The step as the model builds it.</summary>
    (TrainStep Step, List<Measured> Outputs) Training(LoweredModel lowered, BatchPart? part = null)
    {
        var (total, outputs) = Measure(lowered, part);
        var step = new TrainStep(model, lowered, labels, weights, total);
        model.TrainStep(step);
        return (step, outputs);
    }

    /// <summary>The sum of losses and penalties, and what there is to measure.</summary>
    /// <param name="lowered">The model.</param>
    /// <param name="part">What is known of the whole batch, where the feeds are a part of it.</param>
    (Variable Total, List<Measured> Outputs) Measure(LoweredModel lowered, BatchPart? part = null)
    {
        var outputs = new List<Measured>();
        Variable? total = null;
        foreach (var task in tasks)
        {
            if (!task.IsMeasured) continue;
            var (y, predictions, mask) = (labels[task.Index]!, Whole(lowered.Outputs[task.Index]), lowered.Masks[task.Index]);
            var loss = task.Loss is null ? null : Loss(task, y, predictions, weights[task.Index], mask, part);
            outputs.Add(new(task, y, predictions, loss, weights[task.Index], mask));
            if (loss is null) continue;
            var term = task.LossWeight == 1 ? loss : loss * task.LossWeight;
            total = total is null ? term : total + A.Cast(term, total.DType);
        }
        foreach (var penalty in lowered.Losses)
        {
            var extra = part is null ? penalty : penalty * A.Cast(part.Share, penalty.DType);
            total = total is null ? A.Cast(extra, DType.Float32) : total + A.Cast(extra, total.DType);
        }
        return (total ?? A.Constant(0), outputs);
    }

    static Variable Loss(OutputTask task, Variable y, Variable predictions, Variable? weights, Variable? mask, BatchPart? part)
    {
        try
        {
            var (numerator, denominator) = task.Loss!.Terms(y, predictions, weights, mask);
            return denominator is null ? numerator : A.DivNoNan(numerator, part?.Whole(denominator) ?? denominator);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"the loss {task.Loss!.Name} of the output '{task.Name}': labels {y.Shape} and predictions {predictions.Shape} do not fit{(weights is null ? "" : $", or the weights {weights.Shape}")}: {e.Message} "
                + "Expected labels in the shape that the loss compares. Reshape the labels, or change the last layer or the loss.", e)
            { Op = e.Op, Expected = predictions.Shape, Actual = y.Shape };
        }
    }

    /// <summary>Half-precision predictions are judged in float32.</summary>
    static Variable Whole(Variable x) => x.DType is DType.Float16 or DType.BFloat16 ? A.Cast(x, DType.Float32) : x;

    /// <summary>The number of samples of the batch.</summary>
    Variable Rows() => A.Cast(A.ShapeOf(model.Inputs.Values[0])[0], DType.Float32);
}
