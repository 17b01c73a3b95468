using System.Collections;
using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Graph;

/// <summary>The output shapes of an op: one converts from a <see cref="Shape"/>, several are written <c>[a, b]</c>.</summary>
[CollectionBuilder(typeof(Shapes), nameof(Create))]
internal sealed class Shapes(Shape[] list) : IEnumerable<Shape>
{
    internal int Count => list.Length;
    internal Shape this[int i] => list[i];
    internal static Shapes Create(ReadOnlySpan<Shape> shapes) => new(shapes.ToArray());
    public static implicit operator Shapes(Shape shape) => new([shape]);
    public IEnumerator<Shape> GetEnumerator() => list.AsEnumerable().GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>What a shape rule may look at.</summary>
internal sealed class ShapeContext(Op op, Variable[] inputs, Attrs attrs)
{
    /// <summary>Collects inputs whose values the rule asked for and that are not known.</summary>
    internal HashSet<Variable>? Asked { get; init; }

    /// <summary>An input's shape.</summary>
    internal Shape this[int input] => inputs[input].Shape;
    internal int Count => inputs.Length;
    internal DType DType(int input) => inputs[input].DType;

    internal bool Flag(string name) => attrs.Get<bool>(name);
    internal long Int(string name) => attrs.Get<long>(name);
    internal double Float(string name) => attrs.Get<double>(name);
    internal long[] Ints(string name) => attrs.Get<long[]>(name);
    internal string Text(string name) => attrs.Get<string>(name);
    internal T Attr<T>(string name) => attrs.Get<T>(name);
    internal bool Has(string name) => attrs.Has(name);

    /// <summary>The Parameter whose handle an input is.</summary>
    internal Parameter? Variable(int input) => inputs[input].Node.Tag as Parameter;

    /// <summary>The value of an integer vector or number as far as it is known: -1 for an unknown entry, null where nothing is known.</summary>
    internal long[]? Value(int input)
    {
        Ask(input);
        return ShapeValues.Of(inputs[input]);
    }

    /// <summary>The same with null for an unknown entry, so that -1 means -1.</summary>
    internal long?[]? Known(int input)
    {
        Ask(input);
        return ShapeValues.Entries(inputs[input]);
    }

    /// <summary>The value of an input that is a constant number.</summary>
    internal double? Number(int input)
    {
        Ask(input);
        return ShapeValues.Constant(inputs[input]) is { Count: 1 } value ? value.Number(0) : null;
    }

    /// <summary>Whether an input's value is fully known, so that -1 in it means -1.</summary>
    internal bool Constant(int input) => ShapeValues.Constant(inputs[input]) is not null;

    void Ask(int input)
    {
        if (Asked is not null && ShapeValues.Constant(inputs[input]) is null) Asked.Add(inputs[input]);
    }

    /// <summary>An input's rank where it is known to be one of the expected.</summary>
    internal Shape Rank(int input, params ReadOnlySpan<int> expected)
    {
        var shape = this[input];
        if (!shape.HasRank) return shape;
        foreach (var rank in expected)
            if (rank == shape.Rank) return shape;
        throw Fail($"the input '{Name(input)}' has rank {shape.Rank}", $"Expected rank {string.Join(" or ", expected.ToArray())}.");
    }

    /// <summary>A dimension that both must agree on.</summary>
    internal long Same(long a, long b, string what) => a == b || b == Dim.Any ? a : a == Dim.Any ? b
        : throw Fail($"{what} differ: {a} against {b}", "Expected equal sizes.");

    /// <summary>A shape of a rank about which nothing else is known.</summary>
    internal static Shape OfRank(int rank) => Shape.Create([.. Enumerable.Repeat(Dim.Any, rank)]);

    /// <summary>The same, of as many dimensions as a vector input, which holds their sizes, has entries.</summary>
    internal Shape OfLength(int input)
    {
        if (!this[input].HasRank || this[input][0] < 0) return Shape.Unknown;
        return this[input][0] <= Shape.MaxRank ? OfRank((int)this[input][0]) : throw Fail($"'{Name(input)}' says a shape of {this[input][0]} dimensions", $"Expected at most {Shape.MaxRank}.");
    }

    /// <summary>Fails where a vector input has another length; -1 stands for any.</summary>
    internal void Vector(int input, long length)
    {
        Rank(input, 1);
        if (this[input].HasRank && length >= 0 && this[input][0] >= 0 && this[input][0] != length)
            throw Fail($"'{Name(input)}' has {this[input][0]} entries", $"Expected {length}.");
    }

    /// <summary>The shape that inputs first up to last have in common.</summary>
    internal Shape Alike(int first, int last)
    {
        var shape = this[first];
        for (var i = first + 1; i <= last; i++)
            shape = shape.Accepts(this[i]) ? shape.Merge(this[i]) : throw Fail("the shapes differ", "Expected equal shapes.");
        return shape;
    }

    internal Shape Broadcast(int a = 0, int b = 1) => Broadcast(this[a], this[b]);

    internal Shape Broadcast(Shape a, Shape b)
    {
        try { return Shape.Broadcast(a, b); }
        catch (ShapeException e) { throw Fail(e.Message.TrimEnd('.'), ""); }
    }

    internal int Axis(long axis, int rank)
    {
        if (axis < -rank || axis >= rank) throw Fail($"axis {axis} does not exist", $"Expected an axis from {-rank} to {rank - 1}.");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>An exception that names op and shapes.</summary>
    internal ShapeException Fail(string happened, string expected) =>
        new($"{op.Name}: {happened}; the inputs are {string.Join(", ", inputs.Select((v, i) => $"{Name(i)} {v.Shape}"))}. {expected}".TrimEnd())
        { Op = op.Name, Actual = inputs.Length > 0 ? inputs[0].Shape : null };

    string Name(int input)
    {
        foreach (var def in op.Signature.Inputs)
        {
            var count = def.NumberAttr is { } number ? (int)attrs.Get<long>(number) : def.IsTypeList ? attrs.Get<DType[]>(def.TypeAttr!).Length : 1;
            if (input < count) return count > 1 ? $"{def.Name}[{input}]" : def.Name;
            input -= count;
        }
        return "input";
    }
}
