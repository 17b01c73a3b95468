using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public abstract partial class Optimizer
{
    const string Accumulator = "gradient_accumulator", Average = "average";
    readonly List<Parameter> weights = [];
    readonly Dictionary<Parameter, Dictionary<string, Parameter>> slots = [];
    string[] undecayed = [];

    /// <summary>What is remembered, in Keras' order: the number of steps, the learning rate, averages, accumulators, then the slots.</summary>
    public IReadOnlyList<Parameter> Variables => Of(weights);

    /// <summary>What is remembered of given weights, as a file holds it: a loaded model knows only which weights it trains now.</summary>
    internal IReadOnlyList<Parameter> VariablesOf(IReadOnlyList<Parameter> trained)
    {
        Build(trained);
        return Of(trained);
    }

    IReadOnlyList<Parameter> Of(IReadOnlyList<Parameter> of) =>
        [Iterations, .. rate is null ? [] : new[] { rate }, .. Groups().SelectMany(group => of.SelectMany(w => group.Select(name => slots[w][name])))];

    IEnumerable<string[]> Groups()
    {
        if (UseEma) yield return [Average];
        if (GradientAccumulationSteps is not null) yield return [Accumulator];
        foreach (var group in Slots) yield return group;
    }

    /// <summary>Makes the slots of weights that have none yet.</summary>
    internal void Build(IEnumerable<Parameter> trained)
    {
        Iterations.Path = $"{Name}/iteration";
        rate?.Path = $"{Name}/learning_rate";
        foreach (var weight in trained)
        {
            if (slots.ContainsKey(weight)) continue;
            weights.Add(weight);
            slots[weight] = Groups().SelectMany(g => g).ToDictionary(name => name, name => Slot(weight, name));
        }
    }

    Parameter Slot(Parameter weight, string name)
    {
        var begin = name is Accumulator or Average ? 0 : Begin(name);
        return new(name, weight.Shape, weight.DType, () => NDArray.Full(weight.Shape, begin, weight.DType), trainable: false) { Path = $"{Name}/{weight.Path.Replace('/', '_')}_{name}" };
    }

    /// <summary>What is differentiated instead of the loss.</summary>
    internal Variable Scaled(Variable loss) => LossScaleFactor is { } factor ? loss * factor : loss;

    /// <summary>The new values of weights and of everything remembered, from the gradients of the (scaled) loss.</summary>
    internal List<(Parameter Target, Variable Value)> Updates(IReadOnlyList<(Parameter Weight, Variable Gradient)> pairs)
    {
        Build(pairs.Select(p => p.Weight));
        var made = Iterations.Variable;
        Variable[] gradients = [.. pairs.Select(p => LossScaleFactor is { } factor ? p.Gradient / factor : p.Gradient)];
        Variable? due = null;
        var result = new List<(Parameter, Variable)>();
        if (GradientAccumulationSteps is { } every)
        {
            due = Turn(made, every);
            for (var i = 0; i < gradients.Length; i++)
            {
                var sum = slots[pairs[i].Weight][Accumulator].Variable + gradients[i];
                result.Add((slots[pairs[i].Weight][Accumulator], A.Where(due, A.ZerosLike(sum), sum)));
                gradients[i] = sum / every;
            }
        }
        Clip(gradients);
        for (var i = 0; i < gradients.Length; i++) One(pairs[i].Weight, gradients[i]);
        result.Add((Iterations, made + 1));
        return result;

        void One(Parameter weight, Variable gradient)
        {
            var own = slots[weight];
            var step = Step(weight.DType);
            var state = new OptimizerSlots(own);
            var next = Update(Decays(weight) ? weight.Variable - weight.Variable * (step.Rate * WeightDecay!.Value) : weight.Variable, gradient, state, step);
            if (due is not null) next = A.Where(due, next, weight.Variable);
            foreach (var name in Slots.SelectMany(g => g)) result.Add((own[name], due is null ? state[name] : A.Where(due, state[name], own[name].Variable)));
            if (UseEma)
            {
                var keep = A.Where(A.Equal(made, A.ZerosLike(made)), A.Constant(0, weight.DType), A.Constant(EmaMomentum, weight.DType));
                var average = own[Average].Variable * keep + next * (1 - keep);
                result.Add((own[Average], average));
                if (EmaOverwriteFrequency is { } frequency) next = A.Where(Turn(made, frequency), average, next);
            }
            result.Add((weight, weight.Constraint?.Invoke(next) ?? next));
        }
    }

    bool Decays(Parameter weight) => WeightDecay is not null && !Array.Exists(undecayed, weight.Path.Contains);

    static Variable Turn(Variable made, int every) => A.Equal(A.FloorMod(made + 1, made.Weak(every)), A.ZerosLike(made));

    OptimizerStep Step(DType dtype)
    {
        var made = Iterations.Variable;
        var number = GradientAccumulationSteps is { } every ? A.FloorDiv(made, made.Weak(every)) : made;
        return new(A.Cast(schedule?.Of(A.Cast(made, DType.Float32)) ?? rate!.Variable, dtype), A.Cast(number + 1, dtype));
    }

    void Clip(Variable[] gradients)
    {
        if (Clipnorm is { } norm)
            for (var i = 0; i < gradients.Length; i++) gradients[i] = gradients[i] * norm / A.Maximum(A.Sqrt(A.Sum(A.Square(gradients[i]))), norm);
        else if (GlobalClipnorm is { } all && gradients.Length > 0)
        {
            var squares = gradients.Select(g => A.Cast(A.Sum(A.Square(g)), gradients[0].DType)).Aggregate((a, b) => a + b);
            var scale = all / A.Maximum(A.Sqrt(squares), all);
            for (var i = 0; i < gradients.Length; i++) gradients[i] *= A.Cast(scale, gradients[i].DType);
        }
        else if (Clipvalue is { } value)
            for (var i = 0; i < gradients.Length; i++) gradients[i] = A.Minimum(A.Maximum(gradients[i], -value), value);
    }

    /// <summary>At the end of training: the averages become the weights.</summary>
    internal void Finish()
    {
        if (!UseEma || Iterations.Value.ToNumber() == 0) return;
        foreach (var weight in weights) weight.Value = slots[weight][Average].Value;
    }
}
