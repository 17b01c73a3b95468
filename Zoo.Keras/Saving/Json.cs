using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Zoo.Keras.Saving;

/// <summary>
/// JSON as Python's json module writes and reads it. Values are <c>Dictionary&lt;string, object?&gt;</c> (in order), <c>List&lt;object?&gt;</c>,
/// string, bool, long, double and null: whole and real numbers stay apart, as Keras' configurations need.
/// </summary>
static class Json
{
    const int Deepest = 400;

    public static object? Parse(ReadOnlySpan<byte> utf8, string where)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Deepest });
            reader.Read();
            var value = Value(ref reader);
            return reader.Read() ? throw new JsonException("more follows after the end") : value;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelFileException($"{where}: this is not JSON: {e.Message} Expected a configuration that Keras wrote. Save or download the file again.", e);
        }
    }

    static object? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new Dictionary<string, object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    map[key] = Value(ref reader);
                }
                return map;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(Value(ref reader));
                return list;
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            case JsonTokenType.Null: return null;
            default:
                return reader.ValueSpan.IndexOfAny(".eE"u8) < 0 && reader.TryGetInt64(out var whole) ? whole : (object)reader.GetDouble();
        }
    }

    public static string Write(object? value)
    {
        var text = new StringBuilder();
        Write(value, text, 0);
        return text.ToString();
    }

    static void Write(object? value, StringBuilder text, int depth)
    {
        if (depth > Deepest) throw new ModelFileException($"Save: the configuration is nested deeper than {Deepest} levels. Expected models within models to end somewhere.");
        switch (value)
        {
            case null: text.Append("null"); break;
            case bool truth: text.Append(truth ? "true" : "false"); break;
            case string s: Quote(s, text); break;
            case double or float: text.Append(Real(Convert.ToDouble(value, CultureInfo.InvariantCulture))); break;
            case IReadOnlyDictionary<string, object?> map:
                Items('{', '}', map, text, pair =>
                {
                    Quote(pair.Key, text);
                    text.Append(": ");
                    Write(pair.Value, text, depth + 1);
                });
                break;
            case IReadOnlyList<object?> list:
                Items('[', ']', list, text, item => Write(item, text, depth + 1));
                break;
            default: text.Append(Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)); break;
        }
    }

    static void Items<T>(char open, char close, IEnumerable<T> items, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(", ");
            first = false;
            write(item);
        }
        text.Append(close);
    }

    static void Quote(string s, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in s)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or > '~' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }

    /// <summary>The shortest digits that give the number back, with a point or an exponent, as Python prints them.</summary>
    internal static string Real(double value)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 17; digits++)
        {
            var candidate = value.ToString("E" + digits, CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture) != value) continue;
            shortest = candidate;
            break;
        }
        var e = shortest.IndexOf('E');
        var exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 16) return $"{shortest[..e]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        var plain = value.ToString("F" + Math.Max(0, shortest[..e].Count(char.IsDigit) - 1 - exponent), CultureInfo.InvariantCulture);
        return plain.Contains('.') ? plain : plain + ".0";
    }
}
