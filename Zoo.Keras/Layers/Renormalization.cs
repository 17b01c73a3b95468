using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>Batch renormalization: what a BatchNormalization with <see cref="BatchNormalization.Renorm"/> keeps, and how it corrects a batch by it (Ioffe, 2017).</summary>
internal sealed class Renormalization(Parameter movingDeviation, Parameter renormMean, Parameter renormDeviation, BatchNormalization layer)
{
    static readonly string[] Bounds = ["rmax", "rmin", "dmax"];

    /// <summary>The bounds, if they are possible ones.</summary>
    internal static IReadOnlyDictionary<string, double>? Checked(IReadOnlyDictionary<string, double>? bounds)
    {
        if (bounds is null) return null;
        if (bounds.Keys.FirstOrDefault(k => !Bounds.Contains(k)) is { } odd) throw new ArgumentException($"BatchNormalization: the renorm clipping '{odd}' is not known. Expected {string.Join(", ", Bounds)}.");
        if (bounds.TryGetValue("rmax", out var most) && bounds.TryGetValue("rmin", out var least) && most < least) throw new ArgumentException($"BatchNormalization: rmax {most} is below rmin {least}. Expected rmin to rmax.");
        if (bounds.TryGetValue("dmax", out var shift) && shift < 0) throw new ArgumentException($"BatchNormalization: dmax is {shift}. Expected 0 or more.");
        return bounds;
    }

    /// <summary>By what a normalised batch is multiplied, and what is added then; gradients do not see them.</summary>
    internal (Variable R, Variable D) Correct(Variable mean, Variable variance, CallContext c)
    {
        var floor = A.Maximum(Moving(renormDeviation, c, mean), Math.Sqrt(layer.Epsilon));
        var (r, d) = (Deviation(variance) / floor, (mean - Moving(renormMean, c, mean)) / floor);
        if (Bound("rmin") is { } least) r = A.Maximum(r, least);
        if (Bound("rmax") is { } most) r = A.Minimum(r, most);
        if (Bound("dmax") is { } shift) d = A.Clip(d, -shift, shift);
        return (A.StopGradient(r), A.StopGradient(d));
    }

    /// <summary>Moves all statistics on.</summary>
    internal void Move(CallContext c, Variable mean, Variable variance, Parameter movingMean, Parameter movingVariance)
    {
        var deviation = Deviation(variance);
        Step(renormMean, mean, layer.RenormMomentum);
        Step(renormDeviation, deviation, layer.RenormMomentum);
        Step(movingMean, mean, layer.Momentum);
        var moved = Step(movingDeviation, deviation, layer.Momentum);
        c.Update(movingVariance, A.Cast(A.Relu(moved * moved - layer.Epsilon), movingVariance.DType));

        Variable Step(Parameter weight, Variable value, double momentum)
        {
            var next = Moving(weight, c, value) * momentum + value * (1 - momentum);
            c.Update(weight, A.Cast(next, weight.DType));
            return next;
        }
    }

    double? Bound(string name) => layer.RenormClipping!.TryGetValue(name, out var value) ? value : null;

    Variable Deviation(Variable variance) => A.Sqrt(variance + layer.Epsilon);

    static Variable Moving(Parameter weight, CallContext c, Variable like) => A.Cast(c.Current(weight), like.DType);
}
