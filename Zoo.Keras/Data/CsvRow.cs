using System.Globalization;

namespace Zoo.Keras;

/// <summary>A row of a table of text.</summary>
public sealed class CsvRow
{
    readonly string path;
    readonly string[] fields;
    readonly Dictionary<string, int>? columns;

    internal CsvRow(string path, int line, string[] fields, Dictionary<string, int>? columns) => (this.path, Line, this.fields, this.columns) = (path, line, fields, columns);

    /// <summary>The line of the file on which it begins, from 1.</summary>
    public int Line { get; }

    /// <summary>The number of fields.</summary>
    public int Count => fields.Length;

    /// <summary>The names of the columns; empty without a header.</summary>
    public IReadOnlyCollection<string> Columns => (IReadOnlyCollection<string>?)columns?.Keys ?? [];

    /// <summary>A field by its place, from 0.</summary>
    public string this[int column] => column >= 0 && column < fields.Length ? fields[column] : throw new ArgumentOutOfRangeException(nameof(column), $"{this}: there is no column {column}. Expected 0 to {fields.Length - 1}.");

    /// <summary>A field by the name of its column.</summary>
    /// <exception cref="KeyNotFoundException">There is no such column.</exception>
    public string this[string column] => fields[Place(column)];

    /// <summary>A field as a number.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public float Number(string column) => Number(Place(column));

    /// <summary>A field as a number.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public float Number(int column) => float.TryParse(this[column], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"{this}: '{this[column]}' in column {Name(column)} is no number. Expected one such as 3.5. Leave the row out with Filter, or read the field as text.");

    /// <summary>Fields as a float32 vector; all of them where none is named.</summary>
    public NDArray Numbers(params string[] names) => NDArray.From([.. names.Length == 0 ? Enumerable.Range(0, Count).Select(Number) : names.Select(Number)], [names.Length == 0 ? Count : names.Length]);

    /// <inheritdoc/>
    public override string ToString() => $"{path}({Line})";

    int Place(string column) => columns is null ? throw new KeyNotFoundException($"{this}: the table was read without a header, so there is no column '{column}'. Expected a number, or header: true.")
        : columns.TryGetValue(column, out var at) ? at : throw new KeyNotFoundException($"{this}: there is no column '{column}'. Expected one of {string.Join(", ", columns.Keys)}.");

    string Name(int column) => columns?.FirstOrDefault(c => c.Value == column).Key ?? column.ToString(CultureInfo.InvariantCulture);
}
