using Zoo.Keras;

namespace Zoo.Spark.Training;

/// <summary>
/// The values of a training as whole arrays by Parameter, and how they are shared out: every worker has all weights; the optimizer's memory lies with the owners of
/// pieces, who keep the exact weights too.
/// </summary>
internal sealed class SharedState(Team team, Optimizer optimizer, WireFormat wire)
{
    readonly List<Parameter> common = [];
    readonly HashSet<Parameter> known = [];
    readonly HashSet<Parameter> trained = [];
    Parameter[] memory = [];
    DistributedOptimizer? how;

    /// <summary>Everything that is shared out, as the model knows it.</summary>
    internal IEnumerable<Parameter> All => common.Concat(memory);

    internal bool IsTrained(Parameter parameter) => trained.Contains(parameter);

    internal bool IsMemory(Parameter parameter) => Array.IndexOf(memory, parameter) >= 0;

    internal DistributedOptimizer? How
    {
        get => how;
        set
        {
            how = value!;
            trained.UnionWith(how.Regions.SelectMany(r => r.Weights));
            memory = [.. trained.SelectMany(w => optimizer.SlotsOf(w).Values)];
        }
    }

    /// <summary>Adds Parameters that every worker has; gives those that are new.</summary>
    internal Parameter[] Add(IEnumerable<Parameter> parameters)
    {
        Parameter[] added = [.. parameters.Where(known.Add)];
        common.AddRange(added);
        return added;
    }

    /// <summary>Parameters that every worker has, with their values.</summary>
    internal (int, NDArray)[] Common(IEnumerable<Parameter> which, IReadOnlyDictionary<Parameter, NDArray> values) =>
        [.. which.Select(p => (team.Numbers.Of(p), wire == WireFormat.BFloat16 && p.DType == DType.Float32 && trained.Contains(p) ? Rounded(values[p]) : values[p]))];   // weights travel rounded from the first step on, so they begin so

    /// <summary>All that a worker must be given.</summary>
    internal List<(int, NDArray)> For(int rank, IReadOnlyDictionary<Parameter, NDArray> values)
    {
        List<(int, NDArray)> result = [.. Common(common, values)];
        foreach (var owned in how?.Owners[rank].Pieces ?? [])
        {
            result.Add((team.Numbers.Of(owned.Weight), Cut(owned, owned.Weight, w => values[w])));
            foreach (var (name, slot) in owned.Slots) result.Add((team.Numbers.Of(slot), Cut(owned, slot, w => values[optimizer.SlotsOf(w)[name]])));
        }
        return result;
    }

    /// <summary>The values of now, gathered from the workers.</summary>
    /// <param name="which">Those that are asked for.</param>
    internal Dictionary<Parameter, NDArray> Pull(IReadOnlySet<Parameter> which)
    {
        var result = new Dictionary<Parameter, NDArray>();
        var asked = Enumerable.Range(0, team.Size).Select(_ => new List<(Parameter Mine, Action<NDArray> Take)>()).ToArray();
        for (var rank = 0; how is not null && rank < team.Size; rank++)
            foreach (var owned in how.Owners[rank].Pieces)
            {
                Ask(rank, owned, owned.Weight, w => w);
                foreach (var (name, slot) in owned.Slots) Ask(rank, owned, slot, w => optimizer.SlotsOf(w)[name]);
            }
        foreach (var parameter in common)
            if (which.Contains(parameter) && !trained.Contains(parameter)) asked[0].Add((parameter, value => result[parameter] = value));
        var replies = team.All(rank => new Command.Get([.. asked[rank].Select(a => team.Numbers.Of(a.Mine))]), "giving its values");
        for (var rank = 0; rank < replies.Length; rank++)
            for (var i = 0; i < asked[rank].Count; i++) asked[rank][i].Take(replies[rank].Values[i]);
        foreach (var parameter in which)   // of no element, so that nobody owns any of it
            if (!result.ContainsKey(parameter)) result[parameter] = NDArray.Zeros(parameter.Shape, parameter.DType);
        return result;

        void Ask(int rank, DistributedOptimizer.OwnedPiece owned, Parameter mine, Func<Parameter, Parameter> of)
        {
            if (how.Regions[owned.Region].Within(owned.Piece).Any(p => which.Contains(of(p.Weight)))) asked[rank].Add((mine, value => Put(owned, value, of)));
        }

        void Put(DistributedOptimizer.OwnedPiece owned, NDArray value, Func<Parameter, Parameter> of)
        {
            foreach (var (weight, at, inPiece, length) in how.Regions[owned.Region].Within(owned.Piece))
            {
                var target = of(weight);
                if (!which.Contains(target)) continue;
                if (!result.TryGetValue(target, out var whole)) result[target] = whole = NDArray.Zeros(target.Shape, target.DType);
                if (value.Count != owned.Piece.Length) value.Cast(target.DType).Bytes.CopyTo(whole.Bytes);
                else Flat(value).Rows(inPiece, length).Cast(target.DType).Bytes.CopyTo(Flat(whole).Rows(at, length).Bytes);
            }
        }
    }

    /// <summary>The part of whole values that belongs to a piece; something remembered that has not an element for each of the weight's is taken as it is.</summary>
    NDArray Cut(DistributedOptimizer.OwnedPiece owned, Parameter mine, Func<Parameter, NDArray> values)
    {
        if (mine.Shape.Elements != owned.Piece.Length) return values(owned.Piece.First).Cast(mine.DType);
        var result = NDArray.Zeros([owned.Piece.Length], mine.DType);
        foreach (var (weight, at, inPiece, length) in how!.Regions[owned.Region].Within(owned.Piece))
            Flat(values(weight)).Rows(at, length).Cast(mine.DType).Bytes.CopyTo(result.Rows(inPiece, length).Bytes);
        return result.Reshape(mine.Shape);
    }

    static NDArray Flat(NDArray array) => array.Reshape([array.Count]);

    static NDArray Rounded(NDArray value)
    {
        var result = value.Clone();
        var numbers = result.AsSpan<float>();
        for (var i = 0; i < numbers.Length; i++) numbers[i] = Collective.Brain.Widen(Collective.Brain.Round(numbers[i]));
        return result;
    }
}
