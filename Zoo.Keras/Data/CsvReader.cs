using System.Text;

namespace Zoo.Keras;

/// <summary>Reads tables of text (RFC 4180).</summary>
internal static class CsvReader
{
    internal static IEnumerable<CsvRow> Read(string path, bool header, char separator)
    {
        using var reader = Dataset.Open(path);
        Dictionary<string, int>? columns = null;
        var (line, width) = (1, -1);
        var fields = new List<string>();
        while (true)
        {
            var begin = line;
            fields.Clear();
            if (!Record(reader, separator, fields, ref line, path)) yield break;
            if (fields is [""]) continue;   // an empty line
            if (width < 0) width = fields.Count;
            if (fields.Count != width) throw new FormatException($"{path}({begin}): the row has {fields.Count} fields, the first has {width}. Expected the same number in all. Check quotes and the separator, which is '{separator}'.");
            if (header && columns is null)
            {
                columns = [];
                for (var i = 0; i < fields.Count; i++)
                    if (!columns.TryAdd(fields[i].Trim(), i)) throw new FormatException($"{path}({begin}): two columns are named '{fields[i].Trim()}'. Expected a name of its own for each.");
            }
            else yield return new(path, begin, [.. fields], columns);
        }
    }

    /// <summary>The fields of the next record; false at the end.</summary>
    static bool Record(StreamReader reader, char separator, List<string> fields, ref int line, string path)
    {
        if (reader.Peek() < 0) return false;
        var (field, quoted, begin) = (new StringBuilder(), false, line);
        while (true)
        {
            var next = reader.Read();
            if (quoted)
            {
                if (next < 0) throw new FormatException($"{path}({begin}): a quote does not close. Expected a second one before the end of the file.");
                if (next == '\n') line++;
                if (next != '"') field.Append((char)next);
                else if (reader.Peek() == '"') field.Append((char)reader.Read());
                else quoted = false;
            }
            else if (next == '"' && field.Length == 0) quoted = true;
            else if (next == separator)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (next is -1 or '\n' || next == '\r' && reader.Peek() is '\n' or -1)
            {
                if (next == '\r') reader.Read();
                line++;
                fields.Add(field.ToString());
                return true;
            }
            else field.Append((char)next);
        }
    }
}
