using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Code points of strings and back, with TensorFlow's ways to treat what is no character.</summary>
internal static class TextUnicode
{
    /// <summary>Code points and the bytes at which they begin.</summary>
    internal static List<(int Value, int Start)> Decode(byte[] text, Node n)
    {
        var name = n.Text("input_encoding");
        var (result, at) = (new List<(int, int)>(), 0);
        while (at < text.Length)
        {
            var good = Next(text.AsSpan(at), name, n.Op.Name, out var value, out var bytes);
            if (!good && n.Text("errors") == "strict") throw new EngineException($"{n.Op.Name}: the bytes at {at} of a string are no {name}. Expected valid text, or errors of 'replace' or 'ignore'.") { Op = n.Op.Name };
            if (good && n.Flag("replace_control_characters") && value < 32) value = (int)n.Int("replacement_char");
            if (good) result.Add((value, at));
            else if (n.Text("errors") == "replace") result.Add(((int)n.Int("replacement_char"), at));
            at += bytes;
        }
        return result;
    }

    static bool Next(ReadOnlySpan<byte> text, string encoding, string op, out int value, out int bytes)
    {
        switch (encoding.ToUpperInvariant())
        {
            case "UTF-8":
                var good = Rune.DecodeFromUtf8(text, out var rune, out bytes) == System.Buffers.OperationStatus.Done;
                value = rune.Value;
                return good;
            case "UTF-16-BE" or "UTF-16BE":
                value = text.Length < 2 ? 0 : text[0] << 8 | text[1];
                bytes = Math.Min(2, text.Length);
                if (text.Length >= 4 && value is >= 0xD800 and < 0xDC00 && text[2] is >= 0xDC and < 0xE0)
                {
                    value = 0x10000 + ((value - 0xD800) << 10) + ((text[2] << 8 | text[3]) - 0xDC00);
                    bytes = 4;
                    return true;
                }
                return bytes == 2 && value is < 0xD800 or > 0xDFFF;
            case "UTF-32-BE" or "UTF-32BE":
                bytes = Math.Min(4, text.Length);
                value = bytes < 4 ? 0 : text[0] << 24 | text[1] << 16 | text[2] << 8 | text[3];
                return bytes == 4 && Rune.IsValid(value);
            default:
                throw new EngineException($"{op}: the encoding '{encoding}' is not known. Expected UTF-8, UTF-16-BE or UTF-32-BE.") { Op = op };
        }
    }

    internal static byte[] Encode(ReadOnlySpan<int> characters, Node n)
    {
        var text = new StringBuilder();
        foreach (var c in characters)
        {
            if (Rune.IsValid(c)) text.Append(new Rune(c).ToString());
            else if (n.Text("errors") == "strict") throw new EngineException($"{n.Op.Name}: {c} is no code point. Expected 0 to 0x10FFFF, or errors of 'replace' or 'ignore'.") { Op = n.Op.Name };
            else if (n.Text("errors") == "replace") text.Append(new Rune((int)n.Int("replacement_char")).ToString());
        }
        Encoding encoding = n.Text("output_encoding") switch
        {
            "UTF-8" => new UTF8Encoding(false),
            "UTF-16-BE" => new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
            "UTF-32-BE" => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
            var other => throw new EngineException($"{n.Op.Name}: the encoding '{other}' is not known. Expected UTF-8, UTF-16-BE or UTF-32-BE.") { Op = n.Op.Name },
        };
        return encoding.GetBytes(text.ToString());
    }
}
