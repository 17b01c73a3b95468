using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>
/// Limited-memory BFGS (Liu and Nocedal, 1989): steps along the gradient times an estimate of the inverse curvature, from the last changes of all weights and gradients
/// together. As BigDL's with one evaluation a step and no line search: the rate is the length of the step; the first one is along the gradient, no longer than 1 in the sum of sizes.
/// </summary>
/// <param name="learningRate">The length of steps.</param>
/// <param name="nCorrection">How many changes are remembered.</param>
[KerasObject(Package = "zoo")]
public sealed class LBFGS(LearningRate? learningRate = null, int nCorrection = 10) : Optimizer(learningRate ?? 1)
{
    const string Count = "count";
    const double LeastCurvature = 1e-10;

    /// <summary>How many changes are remembered.</summary>
    public int NCorrection { get; } = nCorrection > 0 ? nCorrection : throw new ArgumentException($"LBFGS: {nCorrection} changes cannot be remembered. Expected at least one.");

    /// <inheritdoc/>
    public override Granularity Granularity => Granularity.Parameter;

    /// <inheritdoc/>
    public override IReadOnlyList<string[]> Slots => [["previous_gradient", "direction"], [.. Enumerable.Range(0, NCorrection).SelectMany(i => new[] { Change(i), Curve(i) })]];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Numbers => [Count];

    static string Change(int i) => $"change_{i}";

    static string Curve(int i) => $"curve_{i}";

    /// <inheritdoc/>
    public override Variable Update(Variable weight, Variable gradient, OptimizerSlots slots, OptimizerStep step) => weight + slots["direction"];

    internal override bool IsJoint => true;

    internal override void Together(IReadOnlyList<(OptimizerSlots Slots, Variable Gradient)> all, OptimizerSlots numbers, OptimizerStep step)
    {
        Variable Sum(Func<(OptimizerSlots Slots, Variable Gradient), Variable> each) => all.Select(a => A.Cast(A.Sum(each(a)), DType.Float32)).Aggregate((a, b) => a + b);
        Variable Choose(Variable condition, Variable yes, Variable no) => A.Where(condition, yes, no);
        var begun = numbers[Count] >= 0.5;

        // the newest change, where it bends upwards, goes behind the others
        var bend = Sum(a => (a.Gradient - a.Slots["previous_gradient"]) * a.Slots["direction"]);
        var takes = begun & (bend > LeastCurvature);
        foreach (var (slots, gradient) in all)
        {
            var (change, curve) = (slots["direction"], gradient - slots["previous_gradient"]);
            var before = Enumerable.Range(0, NCorrection).Select(i => (slots[Change(i)], slots[Curve(i)])).ToArray();
            for (var i = 0; i < NCorrection; i++)
            {
                var (s, y) = i == NCorrection - 1 ? (change, curve) : before[i + 1];
                (slots[Change(i)], slots[Curve(i)]) = (Choose(takes, s, before[i].Item1), Choose(takes, y, before[i].Item2));
            }
        }

        // the two loops, newest change first and back; a place without a change has the product 0 and no part in them
        var directions = all.Select(a => -a.Gradient).ToArray();
        var (products, parts) = (new Variable[NCorrection], new Variable[NCorrection]);
        Variable Dot(string name) => all.Select((a, k) => A.Cast(A.Sum(a.Slots[name] * directions[k]), DType.Float32)).Aggregate((a, b) => a + b);
        void Add(string name, Variable factor)
        {
            for (var k = 0; k < directions.Length; k++) directions[k] += all[k].Slots[name] * A.Cast(factor, directions[k].DType);
        }
        for (var i = NCorrection - 1; i >= 0; i--)
        {
            products[i] = Sum(a => a.Slots[Change(i)] * a.Slots[Curve(i)]);
            parts[i] = A.DivNoNan(Dot(Change(i)), products[i]);
            Add(Curve(i), -parts[i]);
        }
        var newest = NCorrection - 1;
        var scale = Choose(products[newest] > 0, A.DivNoNan(products[newest], Sum(a => A.Square(a.Slots[Curve(newest)]))), A.Constant(1));
        for (var k = 0; k < directions.Length; k++) directions[k] *= A.Cast(scale, directions[k].DType);
        for (var i = 0; i < NCorrection; i++) Add(Change(i), parts[i] - A.DivNoNan(Dot(Curve(i)), products[i]));

        var length = A.Cast(step.Rate, DType.Float32) * Choose(begun, A.Constant(1), A.Minimum(A.DivNoNan(A.Constant(1), Sum(a => A.Abs(a.Gradient))), 1));
        for (var k = 0; k < directions.Length; k++)
        {
            all[k].Slots["direction"] = directions[k] * A.Cast(length, directions[k].DType);
            all[k].Slots["previous_gradient"] = all[k].Gradient;
        }
        numbers[Count] += 1;
    }
}
