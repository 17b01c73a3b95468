namespace Zoo.Autograd.Engine.Torch;

/// <summary>How threads share the rows and the panels of columns of a product whose right side is packed: by rows, as long as each has enough of them to use what it reads of that side; beyond that by panels.</summary>
internal readonly record struct Shares(int Down, int Across)
{
    const int Fewest = 8 * ProductTile.Rows;

    internal static Shares Of(int rows, int columns, int parts)
    {
        var across = Math.Min(Panels(columns), parts / Math.Clamp(rows / Fewest, 1, parts));
        return new(parts / across, across);
    }

    internal int Count => Down * Across;

    /// <summary>The rows of a part, from the first up to another.</summary>
    internal (int First, int Last) Rows(long part, int rows) => ((int)(rows * (part / Across) / Down), (int)(rows * (part / Across + 1) / Down));

    /// <summary>The columns of a part, from the first up to another.</summary>
    internal (int First, int Last) Columns(long part, int columns) =>
        ((int)(Panels(columns) * (part % Across) / Across) * ProductTile.Panel, Math.Min(columns, (int)(Panels(columns) * (part % Across + 1) / Across) * ProductTile.Panel));

    static int Panels(int columns) => (columns + ProductTile.Panel - 1) / ProductTile.Panel;
}
