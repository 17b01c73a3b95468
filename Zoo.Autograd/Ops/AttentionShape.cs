using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The sizes that the inputs of attention agree on.</summary>
internal sealed class AttentionShape
{
    readonly ShapeContext s;
    long batch = Dim.Any, queries = Dim.Any, values = Dim.Any;
    readonly long heads, size;

    internal AttentionShape(ShapeContext s, int first, int masks)
    {
        this.s = s;
        if (s.Text("masking") is not ("replace" or "hide" or "add")) throw s.Fail($"the masking is '{s.Text("masking")}'", "Expected replace, hide or add.");
        long Dimension(int input, int axis) => s.Rank(first + input, 4).HasRank ? s[first + input][axis] : Dim.Any;
        for (var i = 0; i < 3; i++) batch = s.Same(batch, Dimension(i, 0), "the batches");
        (queries, values) = (Dimension(0, 1), s.Same(Dimension(1, 1), Dimension(2, 1), "the numbers of values"));
        s.Same(Dimension(0, 3), Dimension(1, 3), "the sizes of queries and keys");
        (heads, size) = (Dimension(0, 2), Dimension(2, 3));
        var groups = s.Same(Dimension(1, 2), Dimension(2, 2), "the groups");
        if (heads >= 0 && groups >= 0 && (groups == 0 || heads % groups != 0)) throw s.Fail($"{groups} groups do not divide {heads} heads", "Expected a divisor.");
        Shape weights = [batch, heads, queries, values];
        for (var i = masks; i < s.Count; i++)
        {
            if (!s.Rank(i, 4).HasRank) continue;
            var whole = i >= masks + s.Int("M");
            for (var axis = 0; axis < 4; axis++)
                if (whole || s[i][axis] != 1) s.Same(weights[axis], s[i][axis], "the sizes of a mask and of the weights");
        }
    }

    internal Shape Result => [batch, queries, heads, size];

    internal Shape Rows => [batch, heads, queries, 2];

    /// <summary>Results and rows that are given too.</summary>
    internal void Also(int dy, int y, int rows)
    {
        foreach (var (input, shape) in new[] { (dy, Result), (y, Result), (rows, Rows) })
            if (!shape.Accepts(s[input]) && !s[input].Accepts(shape)) throw s.Fail($"one input is {s[input]}", $"Expected {shape}.");
    }
}
