using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public abstract partial class Optimizer
{
    const string Accumulator = "gradient_accumulator", Average = "average";
    List<Parameter> weights = [];
    Dictionary<Parameter, Dictionary<string, Parameter>> slots = [];
    readonly Dictionary<string, Parameter> numbers = [];
    ((double Min, double Max)? Range, double? Norm)? clips;
    string[] undecayed = [];
    Parameter[] undecayedWeights = [];

    /// <summary>What is remembered, in Keras' order: the number of steps, the learning rate, averages, accumulators, the slots, numbers.</summary>
    public virtual IReadOnlyList<Parameter> Variables => Of(weights);

    /// <summary>What is remembered of given weights, as a file holds it: a loaded model knows only which weights it trains now.</summary>
    internal virtual IReadOnlyList<Parameter> VariablesOf(IReadOnlyList<Parameter> trained)
    {
        Build(trained);
        return Of(trained);
    }

    IReadOnlyList<Parameter> Of(IReadOnlyList<Parameter> of) =>
        [.. Own, .. Groups().SelectMany(group => of.SelectMany(w => group.Where(slots[w].ContainsKey).Select(name => slots[w][name]))), .. numbers.Values];

    /// <summary>What every optimizer remembers: the number of steps, and the learning rate where it is a number.</summary>
    private protected Parameter[] Own => [StepCount, .. rate is null ? [] : new[] { rate }];

    IEnumerable<string[]> Groups()
    {
        if (UseEma) yield return [Average];
        if (GradientAccumulationSteps is not null) yield return [Accumulator];
        foreach (var group in Slots) yield return group;
    }

    /// <summary>Makes the slots of weights that have none yet.</summary>
    internal virtual void Build(IEnumerable<Parameter> trained)
    {
        StepCount.Path = $"{Name}/iteration";
        rate?.Path = $"{Name}/learning_rate";
        foreach (var name in Numbers)
            if (!numbers.ContainsKey(name)) numbers[name] = new(name, [], DType.Float32, () => NDArray.Scalar(Begin(name), DType.Float32), trainable: false) { Path = $"{Name}/{name}" };
        foreach (var weight in trained)
        {
            if (slots.ContainsKey(weight)) continue;
            weights.Add(weight);
            slots[weight] = Groups().SelectMany(g => g).Where(name => name is Accumulator or Average || Keeps(weight, name)).ToDictionary(name => name, name => Slot(weight, name));
        }
    }

    Parameter Slot(Parameter weight, string name)
    {
        var general = name is Accumulator or Average;
        var (shape, dtype) = general ? (weight.Shape, weight.DType) : Form(weight, name);
        return new(name, shape, dtype, () => general ? NDArray.Zeros(shape, dtype) : First(weight, name), trainable: false) { Path = $"{Name}/{weight.Path.Replace('/', '_')}{(general ? $"_{name}" : Suffix(name))}" };
    }

    /// <summary>What is differentiated instead of the loss.</summary>
    internal virtual Variable Scaled(Variable loss) => LossScaleFactor is { } factor ? loss * factor : loss;

    /// <summary>The new values of weights and of everything remembered, from the gradients of the (scaled) loss.</summary>
    /// <param name="pairs">Weights and their gradients.</param>
    /// <param name="squares">Where the weights are parts of larger ones, what clipping by norm needs to know: of each its whole weight's sum of squares, or one sum of all.</param>
    internal virtual List<(Parameter Target, Variable Value)> Updates(IReadOnlyList<WeightGradient> pairs, IReadOnlyList<Variable>? squares = null)
    {
        var made = StepCount.Variable;
        var result = new List<(Parameter, Variable)>();
        var gradients = Averaged(pairs, result);
        var sizes = pairs.Select(p => p.Size ?? SizeOf(p.Weight, p.Gradient, g => g)).ToArray();
        var due = GradientAccumulationSteps is { } every ? Turn(made, every) : null;
        Clip(gradients, squares);
        var common = new OptimizerSlots(numbers);
        OptimizerSlots[] states = [.. pairs.Select(p => new OptimizerSlots(slots[p.Weight]))];
        if (numbers.Count > 0)
        {
            UpdateNumbers(common, Step(DType.Float32, A.Constant(0)));
            if (IsJoint) Together([.. states.Zip(gradients)], common, Step(DType.Float32, A.Constant(0)));
            foreach (var (name, number) in numbers) result.Add((number, Due(common[name], number)));
        }
        for (var i = 0; i < gradients.Length; i++) One(pairs[i].Weight, gradients[i], sizes[i] ?? Measure(gradients[i]), states[i]);
        result.Add((StepCount, made + 1));
        return result;

        Variable Due(Variable next, Parameter before) => due is null ? next : A.Where(due, next, before.Variable);

        void One(Parameter weight, Variable gradient, Variable size, OptimizerSlots state)
        {
            var own = slots[weight];
            var step = Step(weight.DType, size);
            foreach (var name in numbers.Keys) state.Add(name, A.Cast(common[name], weight.DType));
            var next = Due(Update(Decay(weight) is { } part ? weight.Variable - weight.Variable * (step.Rate * part) : weight.Variable, gradient, state, step), weight);
            foreach (var name in Slots.SelectMany(g => g).Where(own.ContainsKey)) result.Add((own[name], Due(state[name], own[name])));
            if (UseEma)
            {
                var keep = A.Where(A.Equal(Number, A.ZerosLike(made)), A.Constant(0, weight.DType), A.Constant(EmaMomentum, weight.DType));
                var average = own[Average].Variable * keep + next * (1 - keep);
                result.Add((own[Average], average));
                if (EmaOverwriteFrequency is { } frequency) next = A.Where(Turn(Number, frequency), average, next);
            }
            result.Add((weight, weight.Constraint?.Invoke(next) ?? next));
        }
    }

    /// <summary>
    /// The <see cref="OptimizerStep.Size"/> of a gradient made of looked-up rows; null for others, and where rows are added up before the formula sees them: by accumulation and clipping.
    /// </summary>
    internal virtual Variable? SizeOf(Parameter weight, Variable gradient, Func<Variable, Variable> unscaled) =>
        GradientAccumulationSteps is not null || NormOfEach is not null || NormOfAll is not null || Range is not null ? null
            : RowSlices.Each(gradient, g => Measure(Unscaled(unscaled(g))));

    /// <summary>The gradient of the loss itself.</summary>
    internal Variable Unscaled(Variable gradient) => LossScaleFactor is { } factor ? gradient / factor : gradient;

    /// <summary>The gradients of the loss itself, as the mean of the steps whose gradients are averaged; with the new values of the accumulators.</summary>
    internal Variable[] Averaged(IReadOnlyList<WeightGradient> pairs, List<(Parameter, Variable)> result)
    {
        Build(pairs.Select(p => p.Weight));
        Variable[] gradients = [.. pairs.Select(p => Unscaled(p.Gradient))];
        if (GradientAccumulationSteps is not { } every) return gradients;
        for (var i = 0; i < gradients.Length; i++)
        {
            var sum = slots[pairs[i].Weight][Accumulator].Variable + gradients[i];
            result.Add((slots[pairs[i].Weight][Accumulator], A.Where(Turn(StepCount.Variable, every), A.ZerosLike(sum), sum)));
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

    /// <summary>The part of a weight that decays in each step, before the learning rate; null where it is left out.</summary>
    internal double? Decay(Parameter weight) => Array.IndexOf(undecayedWeights, weight) >= 0 || Array.Exists(undecayed, weight.Path.Contains) ? null : DecayOf(weight);

    static Variable Turn(Variable made, int every) => A.Equal(A.FloorMod(made + 1, made.Weak(every)), A.ZerosLike(made));

    /// <summary>The updates made: accumulated gradients count once.</summary>
    Variable Number => GradientAccumulationSteps is { } every ? A.FloorDiv(StepCount.Variable, StepCount.Variable.Weak(every)) : StepCount.Variable;

    OptimizerStep Step(DType dtype, Variable size)
    {
        var (made, number) = (StepCount.Variable, Number);
        return new(A.Cast(schedule?.Of(A.Cast(made, DType.Float32)) ?? rate!.Variable, dtype), A.Cast(number + 1, dtype), size);
    }

    void Clip(Variable[] gradients, IReadOnlyList<Variable>? squares)
    {
        if (NormOfEach is { } norm)
            for (var i = 0; i < gradients.Length; i++) gradients[i] = gradients[i] * norm / A.Maximum(A.Sqrt(squares is null ? A.Sum(A.Square(gradients[i])) : A.Cast(squares[i], gradients[i].DType)), norm);
        else if (NormOfAll is { } all && gradients.Length > 0)
        {
            var sum = squares?[0] ?? gradients.Select(g => A.Cast(A.Sum(A.Square(g)), gradients[0].DType)).Aggregate((a, b) => a + b);
            var scale = all / A.Maximum(A.Sqrt(sum), all);
            for (var i = 0; i < gradients.Length; i++) gradients[i] *= A.Cast(scale, gradients[i].DType);
        }
        else if (Range is var (least, most))
            for (var i = 0; i < gradients.Length; i++) gradients[i] = A.Minimum(A.Maximum(gradients[i], least), most);
    }

    /// <summary>Clips gradients in another way than it was made to: each element to a range, or all to a norm, or not at all.</summary>
    internal virtual void Clips((double, double)? range, double? norm) => clips = (range, norm);

    internal double? NormOfEach => clips is null ? Clipnorm : null;

    internal double? NormOfAll => clips is { } other ? other.Norm : GlobalClipnorm;

    (double Min, double Max)? Range => clips is { } other ? other.Range : Clipvalue is { } size ? (-size, size) : null;

    /// <summary>Weights whose moving average is kept, with it.</summary>
    internal virtual IEnumerable<(Parameter Weight, Parameter Average)> Averages => UseEma ? weights.Select(w => (w, slots[w][Average])) : [];

    /// <summary>Whether the rule needs to see all weights together, not each by itself.</summary>
    internal virtual bool IsJoint => false;

    /// <summary>What a joint rule makes of all weights' slots before each weight is updated.</summary>
    internal virtual void Together(IReadOnlyList<(OptimizerSlots Slots, Variable Gradient)> all, OptimizerSlots numbers, OptimizerStep step) { }

    /// <summary>At the end of training: the averages become the weights.</summary>
    internal virtual void Finish()
    {
        if (!UseEma || StepCount.Value.ToNumber() == 0) return;
        foreach (var weight in weights) weight.Value = slots[weight][Average].Value;
    }
}
