using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

/// <summary>An op with inputs, attributes and dtypes: what is tried.</summary>
sealed class OpCase
{
    readonly int seed;
    readonly bool extreme;

    OpCase(Op op, OpVariant variant, int number, DType dtype, bool wide, bool extreme)
    {
        (Op, Variant, DType, Wide, this.extreme) = (op, variant, dtype, wide, extreme);
        Name = $"{op.Name} #{number} {(dtype == DType.Invalid ? "" : dtype.Name())}{(wide ? " int64" : "")}{(extreme ? " extreme" : "")}".TrimEnd();
        seed = Name.Aggregate(17, (hash, c) => unchecked(hash * 31 + c));
        var random = new Random(seed);
        Values = new NDArray[variant.Inputs.Length];
        for (var i = 0; i < Values.Length; i++) Values[i] = Value(variant.Inputs[i], TypeOf(i), random, Values[..i]);
    }

    internal Op Op { get; }
    internal OpVariant Variant { get; }

    /// <summary>The dtype of the data; invalid where the op takes none.</summary>
    internal DType DType { get; }

    /// <summary>Whether indices and sizes are int64.</summary>
    internal bool Wide { get; }
    internal string Name { get; }
    internal NDArray[] Values { get; }
    internal NDArray[] Feeds => [.. Values.Where((_, i) => Variant.Inputs[i] is not Fixed)];

    /// <summary>All cases of an op: each variant in each dtype that its signature allows, and once with int64 indices.</summary>
    /// <param name="op">The op.</param>
    /// <param name="extreme">Whether numbers are the extreme ones of their dtype: no numbers, infinite, largest, smallest, zeros of both signs.</param>
    internal static IEnumerable<OpCase> All(Op op, bool extreme = false)
    {
        var number = 0;
        foreach (var variant in OpTable.Of(op))
        {
            var main = DataType(op, variant);
            var dtypes = main is null ? [DType.Invalid] : op.Signature.Attrs.Single(a => a.Name == main).Allowed ?? everything;
            if (main is not null && variant.Attrs.FirstOrDefault(a => a.Name == main).Value is DType given) dtypes = [given];
            foreach (var dtype in everything.Append(DType.Invalid).Intersect(dtypes))
            {
                if (op == RandomOps.Bitcast && dtype.Size() != ((DType)variant.Attrs[0].Value).Size()) continue;
                if (variant.Inputs.OfType<Data>().Any(d => !Holds(dtype, d))) continue;
                yield return new(op, variant, number, dtype, wide: false, extreme);
            }
            if (!extreme && variant.Inputs.Where((input, i) => input is Indices or Fixed { Typed: false } && Indexed(op, variant, i)).Any())
                yield return new(op, variant, number, dtypes.Contains(DType.Float32) ? DType.Float32 : dtypes[0], wide: true, extreme);
            number++;
        }
    }

    static readonly DType[] everything =
        [DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool, DType.Int8, DType.Int16, DType.UInt16, DType.UInt32, DType.UInt64, DType.Float16, DType.BFloat16, DType.Complex64, DType.Complex128, DType.String];

    static bool Holds(DType dtype, Data data) => dtype == DType.String || !dtype.IsInteger() || Math.Ceiling(Least(dtype, data)) <= Math.Floor(data.High);

    static double Least(DType dtype, Data data) => dtype is DType.UInt8 or DType.UInt16 or DType.UInt32 or DType.UInt64 ? Math.Max(0, data.Low) : data.Low;

    /// <summary>The type attribute of the data.</summary>
    static string? DataType(Op op, OpVariant variant)
    {
        for (var i = 0; i < variant.Inputs.Length; i++)
            if (variant.Inputs[i] is Data or Fixed { Typed: true } && Def(op, variant, i).TypeAttr is { } attr) return attr;
        return null;
    }

    /// <summary>Whether an input's dtype is an index type that may be int64.</summary>
    static bool Indexed(Op op, OpVariant variant, int input) =>
        Def(op, variant, input).TypeAttr is { } name && name != DataType(op, variant) && variant.Attrs.All(a => a.Name != name)
        && op.Signature.Attrs.Single(a => a.Name == name).Allowed?.Contains(DType.Int64) == true;

    static ArgDef Def(Op op, OpVariant variant, int input)
    {
        var defs = op.Signature.Inputs;
        var open = defs.Count(d => Given(d, variant) is null);   // lists whose lengths no attribute says share what is left
        var left = variant.Inputs.Length - defs.Sum(d => Given(d, variant) ?? 0);
        foreach (var def in defs)
        {
            var count = Given(def, variant) ?? left / open;
            if (input < count) return def;
            input -= count;
        }
        throw new InvalidOperationException($"{op.Name} has no input {input}");
    }

    /// <summary>How many inputs a definition stands for, where that is known.</summary>
    static int? Given(ArgDef def, OpVariant variant) => !IsList(def) ? 1
        : variant.Attrs.FirstOrDefault(a => a.Name == (def.NumberAttr ?? def.TypeAttr)).Value switch { int number => number, DType[] types => types.Length, _ => null };

    static bool IsList(ArgDef def) => def.NumberAttr is not null || def.IsTypeList;

    DType TypeOf(int input)
    {
        var def = Def(Op, Variant, input);
        if (def.TypeAttr is null) return def.Fixed;
        return Variant.Inputs[input] switch
        {
            Words => DType.String,
            Data or Derived or Fixed { Typed: true } => DType,
            Fixed given when !Indexed(Op, Variant, input) => given.Value.DType,
            _ => Wide && Indexed(Op, Variant, input) ? DType.Int64 : DType.Int32,
        };
    }

    NDArray Value(OpInput input, DType dtype, Random random, NDArray[] before) => input switch
    {
        Derived derived => derived.From(before),
        Fixed given => dtype != DType.String || given.Value.DType == DType.String ? given.Value.Cast(dtype) : Draw(given.Value.Shape, [$"{given.Value}"], random),
        Words words => Draw(words.Shape, words.From, random),
        Data data when dtype == DType.String => Draw(data.Shape, ["", "a", "b", "ab", "ä", "long enough to lie outside of TensorFlow's own 24 bytes"], random),
        Indices indices => Fill(indices.Shape, dtype, () => random.Next(indices.Limit)),
        Data { Definite: false } data when extreme && !OpTable.IsTame(Op, Variant, before.Length, dtype) => Extreme(data.Shape, dtype, random, OpTable.IsOrdered(Op)),
        Data { Definite: true } data => Definite(Fill(data.Shape, dtype, random.NextDouble)),
        Data { Distinct: true } data => Shuffled(data.Shape, dtype, random),
        Data { Low: var low, High: var high } data => Fill(data.Shape, dtype, () => dtype == DType.Bool ? random.Next(2)
            : dtype.IsInteger() ? random.Next((int)Math.Ceiling(Least(dtype, data)), (int)Math.Floor(high) + 1) : low + random.NextDouble() * (high - low)),
        _ => throw new InvalidOperationException(),
    };

    static NDArray Draw(Shape shape, string[] from, Random random) => NDArray.From(Enumerable.Range(0, (int)shape.Elements).Select(_ => from[random.Next(from.Length)]).ToArray(), shape);

    /// <summary>Elements of an array at random, in another shape.</summary>
    internal static NDArray Redraw(NDArray from, Shape shape, Random random)
    {
        if (from.DType == DType.String) return Draw(shape, from.Count == 0 ? ["0"] : from.ToStrings(), random);
        return Fill(shape, from.DType, () => from.Count == 0 ? 0 : from.ComplexNumber(random.Next(from.Count)).Real);
    }

    static NDArray Shuffled(Shape shape, DType dtype, Random random)
    {
        var numbers = Enumerable.Range(0, (int)shape.Elements).ToArray();
        random.Shuffle(numbers);
        var next = 0;
        return Fill(shape, dtype, () => numbers[next++] - (Least(dtype, new(shape)) == 0 ? 0 : numbers.Length / 2));
    }

    static readonly double[] extremes = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0, 1, -1, 0.5, -0.5, 2, -3, 1e-30, -1e-30, 1e30, -1e30, 88.5, -104, 3.25];

    static NDArray Extreme(Shape shape, DType dtype, Random random, bool ordered)
    {
        var x = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < x.Count; i++)
            switch (dtype)
            {
                case DType.Bool: x.SetNumber(i, random.Next(2)); break;
                case DType.Int64: x.AsSpan<long>()[i] = Whole(long.MinValue, long.MaxValue); break;
                case DType.UInt64: x.AsSpan<ulong>()[i] = Whole(ulong.MinValue, ulong.MaxValue); break;
                case DType.Int32: x.AsSpan<int>()[i] = Whole(int.MinValue, int.MaxValue); break;
                case DType.UInt32: x.AsSpan<uint>()[i] = Whole(uint.MinValue, uint.MaxValue); break;
                case DType.Int16: x.AsSpan<short>()[i] = Whole(short.MinValue, short.MaxValue); break;
                case DType.UInt16: x.AsSpan<ushort>()[i] = Whole(ushort.MinValue, ushort.MaxValue); break;
                case DType.Int8: x.AsSpan<sbyte>()[i] = Whole(sbyte.MinValue, sbyte.MaxValue); break;
                case DType.UInt8: x.AsSpan<byte>()[i] = Whole(byte.MinValue, byte.MaxValue); break;
                default: x.SetNumber(i, extremes[random.Next(ordered ? 1 : 0, extremes.Length)]); break;
            }
        return x;

        T Whole<T>(T least, T most) where T : System.Numerics.IBinaryInteger<T> => random.Next(7) switch
        {
            0 => least,
            1 => most,
            2 => T.One,
            3 => unchecked(T.Zero - T.One),
            4 => T.CreateTruncating(random.NextInt64(long.MinValue, long.MaxValue)),
            _ => T.CreateTruncating(random.Next(-5, 6)),
        };
    }

    static NDArray Definite(NDArray x)
    {
        var n = (int)x.Shape[-1];
        for (var at = 0; at < x.Count; at += n * n)
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < i; j++) x.SetNumber(at + i * n + j, x.Number(at + j * n + i));
                x.SetNumber(at + i * n + i, x.Number(at + i * n + i) + 1.5 * n + 0.4 * i);
            }
        return x;
    }

    internal static NDArray Fill(Shape shape, DType dtype, Func<double> next)
    {
        var result = NDArray.Zeros(shape, dtype);
        for (var i = 0; i < result.Count; i++) result.SetComplex(i, dtype.IsComplex() ? new System.Numerics.Complex(next(), next()) : next());
        return result;
    }

    /// <summary>The node, over placeholders whose declared shapes come from those of the values.</summary>
    internal (Node Node, Variable[] Feeds) Build(Func<Shape, Shape> declare)
    {
        var inputs = Values.Select((value, i) => Variant.Inputs[i] is Fixed ? A.Constant(value) : StateOps.Input($"in{i}", declare(value.Shape), value.DType)).ToArray();
        return (Op.Call(inputs, Attrs.Of([.. Variant.Attrs, .. Variant.Functions?.Invoke(inputs) ?? []])), [.. inputs.Where((_, i) => Variant.Inputs[i] is not Fixed)]);
    }

    /// <summary>The outputs that both engines must agree on.</summary>
    internal Variable[] Public(Node node) => [.. node.Outputs.Where(o => !Variant.Private.Contains(o.Index))];

    /// <summary>The outputs through which gradients flow.</summary>
    internal Variable[] Flowing(Node node) => [.. node.Outputs.Where(o => (o.DType.IsFloat() || o.DType.IsComplex()) && !Variant.Flat.Contains(o.Index) && !Variant.Private.Contains(o.Index))];

    /// <summary>A number made of all outputs, each element weighted; null where none is a floating-point number.</summary>
    /// <param name="node">The node.</param>
    /// <param name="shapes">Those of the public outputs.</param>
    internal Variable? Loss(Node node, IReadOnlyList<Shape> shapes) => Flowing(node) is var values ? Weighted(values, [.. values.Select(v => shapes[Array.IndexOf(Public(node), v)])], 1) : null;

    /// <summary>The sum of all elements with random weights.</summary>
    internal Variable? Weighted(Variable[] values, IReadOnlyList<Shape> shapes, int stream)
    {
        var parts = values.SelectMany((v, i) => v.DType.IsComplex() ? [(A.Real(v), shapes[i]), (A.Imag(v), shapes[i])] : new[] { (Value: v, Shape: shapes[i]) }).ToArray();
        var weights = Weights([.. parts.Select(p => (p.Value.DType, p.Shape))], stream);
        var terms = parts.Select((p, i) => A.Sum(p.Value * A.Constant(weights[i]))).ToArray();
        if (terms.DistinctBy(t => t.DType).Count() > 1) terms = Array.ConvertAll(terms, t => A.Cast(t, DType.Float64));
        return terms.Length == 0 ? null : terms.Length == 1 ? terms[0] : A.AddN(terms);
    }

    /// <summary>The weights of real values.</summary>
    internal NDArray[] Weights((DType DType, Shape Shape)[] values, int stream)
    {
        var random = new Random(seed + stream);
        return Array.ConvertAll(values, v => Fill(v.Shape, v.DType, () => random.NextDouble() * 2 - 1));
    }

    /// <summary>The inputs that a gradient is asked for.</summary>
    internal Variable[] Smooth(Variable[] feeds) => [.. feeds.Where(f => f.DType.IsFloat() || f.DType.IsComplex())];

    public override string ToString() => Name;
}
