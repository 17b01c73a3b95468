using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public abstract partial class Optimizer
{
    const string Accumulator = "gradient_accumulator", Average = "average";
    List<Parameter> weights = [];
    Dictionary<Parameter, Dictionary<string, Parameter>> slots = [];
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
    /// <param name="pairs">Weights and their gradients.</param>
    /// <param name="squares">Where the weights are parts of larger ones, what clipping by norm needs to know: of each its whole weight's sum of squares, or one sum of all.</param>
    internal List<(Parameter Target, Variable Value)> Updates(IReadOnlyList<(Parameter Weight, Variable Gradient)> pairs, IReadOnlyList<Variable>? squares = null)
    {
        var made = Iterations.Variable;
        var result = new List<(Parameter, Variable)>();
        var gradients = Averaged(pairs, result);
        var due = GradientAccumulationSteps is { } every ? Turn(made, every) : null;
        Clip(gradients, squares);
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

    /// <summary>The gradients of the loss itself, as the mean of the steps whose gradients are averaged; with the new values of the accumulators.</summary>
    internal Variable[] Averaged(IReadOnlyList<(Parameter Weight, Variable Gradient)> pairs, List<(Parameter, Variable)> result)
    {
        Build(pairs.Select(p => p.Weight));
        Variable[] gradients = [.. pairs.Select(p => LossScaleFactor is { } factor ? p.Gradient / factor : p.Gradient)];
        if (GradientAccumulationSteps is not { } every) return gradients;
        for (var i = 0; i < gradients.Length; i++)
        {
            var sum = slots[pairs[i].Weight][Accumulator].Variable + gradients[i];
            result.Add((slots[pairs[i].Weight][Accumulator], A.Where(Turn(Iterations.Variable, every), A.ZerosLike(sum), sum)));
            gradients[i] = sum / every;
        }
        return gradients;
    }

    /// <summary>The same rule with a memory of its own for other weights, such as parts of these; the step's count and the learning rate are shared.</summary>
    internal Optimizer Replica()
    {
        var other = (Optimizer)MemberwiseClone();
        (other.weights, other.slots) = ([], []);
        return other;
    }

    /// <summary>What is remembered of one weight, by name.</summary>
    internal IReadOnlyDictionary<string, Parameter> SlotsOf(Parameter weight)
    {
        Build([weight]);
        return slots[weight];
    }

    internal bool Decays(Parameter weight) => WeightDecay is not null && !Array.Exists(undecayed, weight.Path.Contains);

    static Variable Turn(Variable made, int every) => A.Equal(A.FloorMod(made + 1, made.Weak(every)), A.ZerosLike(made));

    OptimizerStep Step(DType dtype)
    {
        var made = Iterations.Variable;
        var number = GradientAccumulationSteps is { } every ? A.FloorDiv(made, made.Weak(every)) : made;
        return new(A.Cast(schedule?.Of(A.Cast(made, DType.Float32)) ?? rate!.Variable, dtype), A.Cast(number + 1, dtype));
    }

    void Clip(Variable[] gradients, IReadOnlyList<Variable>? squares)
    {
        if (Clipnorm is { } norm)
            for (var i = 0; i < gradients.Length; i++) gradients[i] = gradients[i] * norm / A.Maximum(A.Sqrt(squares is null ? A.Sum(A.Square(gradients[i])) : A.Cast(squares[i], gradients[i].DType)), norm);
        else if (GlobalClipnorm is { } all && gradients.Length > 0)
        {
            var sum = squares?[0] ?? gradients.Select(g => A.Cast(A.Sum(A.Square(g)), gradients[0].DType)).Aggregate((a, b) => a + b);
            var scale = all / A.Maximum(A.Sqrt(sum), all);
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
