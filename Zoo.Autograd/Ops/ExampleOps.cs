using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Ops;

/// <summary>Serialized records of features (tf.train.Example) as tensors.</summary>
internal static class ExampleOps
{
    const string Common = "sparse_types:types Tdense:types dense_shapes:shapes";

    internal static readonly Op ParseExample = new("ParseExample",
        $"serialized:string names:string sparse_keys:Nsparse*string dense_keys:Ndense*string dense_defaults:Tdense[] -> sparse_indices:Nsparse*int64 sparse_values:sparse_types[] sparse_shapes:Nsparse*int64 dense_values:Tdense[] ; Nsparse:int Ndense:int {Common}")
    {
        Shape = s =>
        {
            s.Rank(0, 1);
            var keys = (int)(s.Int("Nsparse") + s.Int("Ndense"));
            for (var i = 0; i < keys; i++) s.Rank(2 + i, 0);
            return Shapes(s, (int)s.Int("Nsparse"), 2 + keys);
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) =>
        {
            var (sparse, dense) = ((int)n.Int("Nsparse"), (int)n.Int("Ndense"));
            return Parse(n, x[0], Keys(x[2..(2 + sparse)]), Keys(x[(2 + sparse)..(2 + sparse + dense)]), [], x[(2 + sparse + dense)..]);
        }),
    };

    internal static readonly Op ParseExampleV2 = new("ParseExampleV2",
        $"serialized:string names:string sparse_keys:string dense_keys:string ragged_keys:string dense_defaults:Tdense[] -> sparse_indices:num_sparse*int64 sparse_values:sparse_types[] sparse_shapes:num_sparse*int64 dense_values:Tdense[] ragged_values:ragged_value_types[] ragged_row_splits:ragged_split_types[] ; num_sparse:int ragged_value_types:types ragged_split_types:types {Common}")
    {
        Shape = s =>
        {
            s.Vector(2, s.Int("num_sparse"));
            s.Vector(3, s.Attr<DType[]>("Tdense").Length);
            s.Vector(4, s.Attr<DType[]>("ragged_value_types").Length);
            return Shapes(s, (int)s.Int("num_sparse"), 5);
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => Parse(n, x[0], Keys(x[2]), Keys(x[3]), Keys(x[4]), x[5..])),
    };

    static string[] Keys(params NDArray[] from) => [.. from.SelectMany(f => f.ToStrings())];

    static Shapes Shapes(ShapeContext s, int sparse, int defaults)
    {
        s.Rank(1, 0, 1);
        if (s[0].IsKnown && s[1].IsKnown && s[1].Elements != 0 && s[1].Elements != s[0].Elements) throw s.Fail($"{s[1].Elements} names are given", "Expected none, or one for each record.");
        var batch = !s[0].HasRank ? null : s[0].Rank switch { 0 => [], 1 => new long[] { s[0][0] }, _ => throw s.Fail("the records have more than one axis", "Expected a vector of them, or one.") };
        var shapes = s.Attr<Shape[]>("dense_shapes");
        if (shapes.Length != s.Attr<DType[]>("Tdense").Length || s.Attr<DType[]>("sparse_types").Length != sparse) throw s.Fail($"{shapes.Length} dense_shapes are given", $"Expected one for each of Tdense, and {sparse} sparse_types.");
        for (var i = 0; i < shapes.Length; i++)
            if (s[defaults + i] is { IsKnown: true, Elements: > 0 } given && (shapes[i].IsKnown ? given.Elements != shapes[i].Elements : given.Elements != 1)) throw s.Fail($"the default of the dense feature {i} does not have the shape {shapes[i]}", "Expected that shape, or no values; one value where the first size is open.");
        long width = batch is null ? Dim.Any : batch.Length + 1;
        var ragged = s.Has("ragged_value_types") ? s.Attr<DType[]>("ragged_value_types").Length : 0;
        return new(
        [
            .. Enumerable.Repeat<Shape>([Dim.Any, width], sparse), .. Enumerable.Repeat<Shape>([Dim.Any], sparse), .. Enumerable.Repeat<Shape>([width], sparse),
            .. shapes.Select(d => batch is null || !d.HasRank ? Shape.Unknown : Shape.Create([.. batch, .. d])),
            .. Enumerable.Repeat<Shape>([Dim.Any], ragged), .. Enumerable.Repeat<Shape>([Dim.Any], s.Has("ragged_split_types") ? s.Attr<DType[]>("ragged_split_types").Length : 0),
        ]);
    }

    static NDArray[] Parse(Node n, NDArray serialized, string[] sparseKeys, string[] denseKeys, string[] raggedKeys, NDArray[] defaults)
    {
        var records = Array.ConvertAll(serialized.ToArray<byte[]>(), Read);
        DType[] sparse = n.Attrs.Get<DType[]>("sparse_types"), dense = n.Attrs.Get<DType[]>("Tdense"), ragged = n.Attrs["ragged_value_types"] as DType[] ?? [];
        if (sparseKeys.Length != sparse.Length || denseKeys.Length != dense.Length || raggedKeys.Length != ragged.Length) throw Error($"{sparseKeys.Length}, {denseKeys.Length} and {raggedKeys.Length} keys were given. Expected {sparse.Length} sparse, {dense.Length} dense and {ragged.Length} ragged ones");
        var isOne = serialized.Shape.Rank == 0;
        var (places, values, extents) = (new List<NDArray>(), new List<NDArray>(), new List<NDArray>());
        for (var i = 0; i < sparse.Length; i++)
        {
            var lists = Lists(records, sparseKeys[i], sparse[i]);
            var at = lists.SelectMany((list, row) => Enumerable.Range(0, list?.Count ?? 0).SelectMany(column => isOne ? new long[] { column } : [row, column])).ToArray();
            long widest = lists.Max(l => l?.Count) ?? 0;
            places.Add(NDArray.From(at, [at.Length / (isOne ? 1 : 2), isOne ? 1 : 2]));
            values.Add(Join(lists, sparse[i]));
            extents.Add(NDArray.From(isOne ? new[] { widest } : [records.Length, widest]));
        }
        var full = denseKeys.Select((key, i) => Dense(n.Attrs.Get<Shape[]>("dense_shapes")[i], Lists(records, key, dense[i]), key, dense[i], defaults[i], isOne)).ToArray();
        var joined = raggedKeys.Select((key, i) => Lists(records, key, ragged[i])).ToArray();
        var splits = joined.Select((lists, i) => isOne ? NDArray.Zeros([0], n.Attrs.Get<DType[]>("ragged_split_types")[i]) : Splits(lists, n.Attrs.Get<DType[]>("ragged_split_types")[i]));
        return [.. places, .. values, .. extents, .. full, .. joined.Select((lists, i) => Join(lists, ragged[i])), .. splits];
    }

    static Dictionary<string, NDArray> Read(byte[] record)
    {
        try
        {
            return ExampleRecord.Read(record);
        }
        catch (FormatException e)
        {
            throw Error($"a record of {record.Length} bytes is no Example: {e.Message} Expected a serialized tf.train.Example");
        }
    }

    /// <summary>The values of a feature in each record; null where it is absent.</summary>
    static NDArray?[] Lists(Dictionary<string, NDArray>[] records, string key, DType dtype) => Array.ConvertAll(records, record => !record.TryGetValue(key, out var feature) ? null
        : feature.DType == dtype ? feature : throw Error($"the feature '{key}' has values of {feature.DType.Name()}. Expected {dtype.Name()}"));

    static NDArray Join(NDArray?[] lists, DType dtype)
    {
        var all = NDArray.Zeros([lists.Sum(l => (long)(l?.Count ?? 0))], dtype);
        var at = 0;
        foreach (var list in lists.OfType<NDArray>())
        {
            Array.Copy(list.Data, list.Offset, all.Data, at, list.Count);
            at += list.Count;
        }
        return all;
    }

    static NDArray Splits(NDArray?[] lists, DType dtype)
    {
        var splits = NDArray.Zeros([lists.Length + 1], dtype);
        for (var i = 0; i < lists.Length; i++) splits.SetNumber(i + 1, splits.Number(i) + (lists[i]?.Count ?? 0));
        return splits;
    }

    /// <summary>A feature of one shape in all records, or of a first axis as long as the longest, filled up with the default.</summary>
    static NDArray Dense(Shape shape, NDArray?[] lists, string key, DType dtype, NDArray fallback, bool isOne)
    {
        var grows = !shape.IsKnown;
        var row = grows ? shape[1..].Elements : 1;
        if (grows) shape = shape.With(0, row == 0 ? 0 : (lists.Max(l => l?.Count) ?? 0) / row);
        var result = NDArray.Zeros(Shape.Create([lists.Length, .. shape]), dtype);
        for (var i = 0; i < lists.Length; i++)
        {
            var (from, at) = (lists[i], i * (int)shape.Elements);
            if (from is null && !grows) from = fallback.Count == shape.Elements ? fallback : throw Error($"the feature '{key}' is absent in record {i}, and has no default. Expected {shape.Elements} values");
            if (from is not null && (grows ? row > 0 && from.Count % row != 0 : from.Count != shape.Elements)) throw Error($"the feature '{key}' has {from.Count} values in record {i}. Expected {(grows ? $"a multiple of {row}" : $"{shape.Elements}")}");
            if (from is not null) Array.Copy(from.Data, from.Offset, result.Data, at, from.Count);
            if (fallback.Count == 1)
                for (var j = from?.Count ?? 0; j < shape.Elements; j++) Array.Copy(fallback.Data, fallback.Offset, result.Data, at + j, 1);
        }
        return isOne ? result.Reshape(shape) : result;
    }

    static EngineException Error(string text) => new($"ParseExample: {text}.") { Op = "ParseExample" };
}
