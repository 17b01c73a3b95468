using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>The sizes that the inputs of a recurrence agree on.</summary>
internal sealed class RecurrentShape(ShapeContext s)
{
    long steps = Dim.Any, batch = Dim.Any, units = Dim.Any;

    /// <summary>All states: those before each step and the last.</summary>
    internal Shape States => [steps < 0 ? Dim.Any : steps + 1, batch, units];

    /// <summary>A state.</summary>
    internal Shape State => [batch, units];

    /// <summary>Parts for each step, or none.</summary>
    internal Shape Parts(int count, bool kept = true) => [kept ? steps : 0, batch, units < 0 ? Dim.Any : units * count];

    /// <summary>An input [steps, batch, parts · units].</summary>
    internal RecurrentShape Sequence(int input, int parts)
    {
        if (!s.Rank(input, 3).HasRank) return this;
        Whole(s[input][2], parts);
        return With(s[input][0], s[input][1], s[input][2] < 0 ? Dim.Any : s[input][2] / parts);
    }

    /// <summary>The recurrent kernel, [units, parts · units].</summary>
    internal RecurrentShape Recurrent(int input, int parts)
    {
        if (!s.Rank(input, 2).HasRank) return this;
        Whole(s[input][1], parts);
        return With(Dim.Any, Dim.Any, s[input][0]).With(Dim.Any, Dim.Any, s[input][1] < 0 ? Dim.Any : s[input][1] / parts);
    }

    /// <summary>A state [batch, units].</summary>
    internal RecurrentShape First(int input) => s.Rank(input, 2).HasRank ? With(Dim.Any, s[input][0], s[input][1]) : this;

    /// <summary>All states, [steps + 1, batch, units].</summary>
    internal RecurrentShape All(int input)
    {
        if (!s.Rank(input, 3).HasRank) return this;
        if (s[input][0] == 0) throw s.Fail("there is no state", "Expected one more than there are steps.");
        return With(s[input][0] < 0 ? Dim.Any : s[input][0] - 1, s[input][1], s[input][2]);
    }

    /// <summary>A vector [units].</summary>
    internal RecurrentShape Vector(int input) => s.Rank(input, 1).HasRank ? With(Dim.Any, Dim.Any, s[input][0]) : this;

    /// <summary>The mask [steps, batch], the last input where there is one.</summary>
    internal RecurrentShape Mask() => s.Int("M") > 0 && s.Rank(s.Count - 1, 2).HasRank ? With(s[s.Count - 1][0], s[s.Count - 1][1], Dim.Any) : this;

    RecurrentShape With(long hasSteps, long hasBatch, long hasUnits)
    {
        (steps, batch, units) = (s.Same(steps, hasSteps, "the numbers of steps"), s.Same(batch, hasBatch, "the batches"), s.Same(units, hasUnits, "the units"));
        return this;
    }

    void Whole(long size, int parts)
    {
        if (size >= 0 && size % parts != 0) throw s.Fail($"an axis has size {size}", $"Expected a multiple of {parts}.");
    }
}
