using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Training;

internal sealed partial class StepPrograms
{
    CutStep? cutTrain, cutTest;

    /// <summary>The training step for a part of a batch; gradients are in float64 where the weight is, else in float32.</summary>
    internal CutStep CutTrain => cutTrain ??= Cut(training: true);

    internal Model Model => model;

    /// <summary>The evaluation step for a part of a batch.</summary>
    internal CutStep CutTest => cutTest ??= Cut(training: false);

    CutStep Cut(bool training)
    {
        BatchPart part = new(A.ShapeOf(model.Inputs.Values[0])[0]);
        var lowered = model.Lower(training, training ? how.Optimizer.Iterations.Variable : part.Draw, part);
        var (step, outputs) = Training(lowered, part);
        if (training && !step.IsPlain) throw new InvalidOperationException($"Fit: {model.Name} has a TrainStep of its own, of which parts of a batch do not add up. Expected Compile's losses and layers' penalties where workers train together. Write it as a loss, or train without a trainer.");
        if (training && lowered.Updates.FirstOrDefault(u => model.TrainableWeights.Contains(u.Target)).Target is { } both)
            throw new GraphException($"Fit: a layer sets the trained weight {both} itself, as SpectralNormalization does. Expected weights that only the optimizer moves, where several workers train. Train this model without a trainer.");
        var total = step.Loss;
        (Parameter Weight, Variable Gradient)[] trained = training ? step.Gradients(how.Optimizer) : [];
        var sizes = trained.Select(t => (t.Weight, Size: how.Optimizer.SizeOf(t.Weight, t.Gradient, g => Wide(g, t.Weight)))).Where(s => s.Size is not null).ToArray();
        var updates = training ? lowered.Updates : [];
        var (moved, set) = (updates.Where(u => u.Target.DType.IsFloat()).ToArray(), updates.Where(u => !u.Target.DType.IsFloat()).ToArray());
        return new()
        {
            Denominators = part.Parts is { Length: > 0 } parts ? new() { Name = "denominators", Feeds = [.. Feeds, .. part.Known], Fetches = parts } : null,
            Parts = new()
            {
                Name = training ? "gradients" : "test",
                Feeds = [.. Feeds, .. part.Feeds],
                Fetches = [A.Cast(total, DType.Float64), .. trained.Select(t => Wide(t.Gradient, t.Weight)), .. moved.Select(u => Wide(u.Value, u.Target) * A.Cast(part.Share, WideType(u.Target))), .. sizes.Select(s => s.Size!), .. set.Select(u => u.Value)],
                Updates = [.. meters.Updates(total, Rows(), part.Share, outputs)],
            },
            Trained = Array.ConvertAll(trained, t => t.Weight),
            Looked = trained.Where(t => t.Weight.Shape.Rank > 1 && RowSlices.Each(t.Gradient, g => g) is not null).Select(t => t.Weight).ToHashSet(),
            Sized = Array.ConvertAll(sizes, s => s.Weight),
            Moved = Array.ConvertAll(moved, u => u.Target),
            Set = Array.ConvertAll(set, u => u.Target),
        };
    }

    internal static DType WideType(Parameter weight) => weight.DType == DType.Float64 ? DType.Float64 : DType.Float32;

    static Variable Wide(Variable value, Parameter of) => A.Cast(value, WideType(of));
}
