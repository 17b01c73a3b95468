using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Several cells as one: each gets the result of the one before. The states are those of all cells in turn.</summary>
[KerasObject("keras.layers")]
public sealed class StackedRNNCells(IReadOnlyList<RnnCell> cells) : RnnCell
{
    /// <summary>The cells, the first one first.</summary>
    public IReadOnlyList<RnnCell> Cells { get; } = cells.Count > 0 ? cells : throw new ArgumentException("StackedRNNCells: no cells were given. Expected at least one.");

    /// <inheritdoc/>
    public override IReadOnlyList<Shape> StateShapes => [.. Cells.SelectMany(cell => cell.StateShapes)];

    /// <inheritdoc/>
    public override Shape OutputShape => Cells[^1].OutputShape;

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        foreach (var cell in Cells)
        {
            cell.BuildFor(input);
            input = Shape.Create([input[0], .. cell.OutputShape]);
        }
    }

    /// <inheritdoc/>
    protected internal override Variable Project(Variable x, bool sequence, CallContext c) => Cells[0].Project(x, sequence, c);

    /// <inheritdoc/>
    protected internal override (Variable Output, Variable[] States) Step(Variable x, Variable[] states, CallContext c)
    {
        var next = new List<Variable>();
        for (var i = 0; i < Cells.Count; i++)
        {
            if (i > 0) x = Cells[i].Project(x, sequence: false, c);
            (x, var own) = Cells[i].Step(x, states[next.Count..(next.Count + Cells[i].StateShapes.Count)], c);
            next.AddRange(own);
        }
        return (x, [.. next]);
    }
}
