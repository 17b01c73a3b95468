using System.Globalization;
using System.Numerics;
using System.Text;

namespace Zoo.Autograd.Graph.Proto;

/// <summary>The tokens of protobuf text: white space and comments are skipped, errors name line and column.</summary>
sealed class TextTokens(string text)
{
    // Reading a number takes the square of its length: a hostile one must not take hours.
    const int MaxDigits = 1000;
    int at, mark;

    public void Mark()
    {
        Skip();
        mark = at;
    }

    public FormatException Error(string what) => ErrorAt(at, what);

    public FormatException ErrorAtMark(string what) => ErrorAt(mark, what);

    FormatException ErrorAt(int position, string what)
    {
        position = Math.Min(position, text.Length);
        int line = text.AsSpan(0, position).Count('\n') + 1, column = position - (position == 0 ? -1 : text.LastIndexOf('\n', position - 1));
        return new FormatException($"line {line}, column {column}: {what}.");
    }

    void Skip()
    {
        for (; at < text.Length; at++)
        {
            if (text[at] == '#')
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length - 1 : end;
            }
            else if (text[at] is not (' ' or '\t' or '\r' or '\n' or '\f' or '\v' or '\uFEFF')) return;
        }
    }

    char Peek()
    {
        Skip();
        return at < text.Length ? text[at] : '\0';
    }

    public bool Is(char c) => Peek() == c;

    public bool Accept(char c)
    {
        if (Peek() != c || at >= text.Length) return false;
        at++;
        return true;
    }

    public void Expect(char c)
    {
        if (!Accept(c)) throw Error($"expected '{c}' but found {Found()}");
    }

    /// <summary>Opens a message and says what closes it.</summary>
    public char Open() => Accept('{') ? '}' : Accept('<') ? '>' : throw Error($"expected '{{' but found {Found()}");

    /// <summary>Whether the message ends here; the end of the text inside a message is an error.</summary>
    public bool IsEnd(char end)
    {
        var c = Peek();
        if (at < text.Length) return c == end && end != '\0';
        return end == '\0' ? true : throw Error($"the text ends inside a message; expected '{end}'");
    }

    string Found() => at >= text.Length ? "the end of the text" : $"'{text[at]}'";

    static bool IsLetter(char c) => char.IsAsciiLetter(c) || c == '_';

    public bool IsIdentifier => IsLetter(Peek());

    public string Identifier(string what)
    {
        if (!IsIdentifier) throw Error($"expected {what} but found {Found()}");
        int start = at;
        while (at < text.Length && (IsLetter(text[at]) || char.IsAsciiDigit(text[at]))) at++;
        return text[start..at];
    }

    public bool Bool()
    {
        Mark();
        var word = IsIdentifier ? Identifier("true or false") : Number();
        return word switch
        {
            "true" or "True" or "t" or "1" => true,
            "false" or "False" or "f" or "0" => false,
            _ => throw ErrorAtMark($"'{word}' is neither true nor false"),
        };
    }

    string Number()
    {
        Skip();
        int start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '.' || (text[at] is '+' or '-' && at > start && text[at - 1] is 'e' or 'E'))) at++;
        if (at == start) throw Error($"expected a number but found {Found()}");
        if (at - start > MaxDigits) throw Error($"a number has {at - start} characters; expected at most {MaxDigits}");
        return text[start..at];
    }

    /// <summary>A value of a type that is not known: a string, or a word or number as it is written.</summary>
    public string Scalar() => Peek() is '"' or '\'' ? Utf8() : Accept('-') ? "-" + Number() : IsIdentifier ? Identifier("a value") : Number();

    public BigInteger Integer(BigInteger min, BigInteger max)
    {
        Mark();
        bool negative = Accept('-');
        var word = Number();
        BigInteger value;
        if (word.Length > 2 && word[0] == '0' && word[1] is 'x' or 'X')
        {
            if (!BigInteger.TryParse("0" + word[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)) throw ErrorAtMark($"'{word}' is not a number");
        }
        else if (word.Length > 1 && word[0] == '0')
        {
            value = 0;
            foreach (var c in word) value = c is >= '0' and <= '7' ? value * 8 + (c - '0') : throw ErrorAtMark($"'{word}' is not an octal number");
        }
        else if (!BigInteger.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value)) throw ErrorAtMark($"'{word}' is not a whole number");
        if (negative) value = -value;
        return value >= min && value <= max ? value : throw ErrorAtMark($"{value} is outside of [{min}, {max}]");
    }

    public float Float() => Special() ?? (float.TryParse(Digits(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Sign(value) : throw BadFloat());

    public double Double() => Special() ?? (double.TryParse(Digits(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Sign(value) : throw BadFloat());

    bool negated;
    string word = "";

    float? Special()
    {
        Mark();
        negated = Accept('-');
        word = Number();
        return word.ToLowerInvariant() switch
        {
            "inf" or "infinity" => negated ? float.NegativeInfinity : float.PositiveInfinity,
            "nan" => float.NaN,
            _ => null,
        };
    }

    string Digits()
    {
        if (!char.IsAsciiDigit(word[0]) && word[0] != '.') throw BadFloat();
        if (word.Length > 1 && word[0] == '0' && word[1] is 'x' or 'X') throw BadFloat();
        return word[^1] is 'f' or 'F' ? word[..^1] : word;
    }

    T Sign<T>(T value) where T : INumber<T> => negated ? -value : value;

    FormatException BadFloat() => ErrorAtMark($"'{word}' is not a number");

    public string Utf8()
    {
        Mark();
        var bytes = Bytes();
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ErrorAtMark("the string is not valid UTF-8");
        }
    }

    /// <summary>One string, or several in a row, which count as one.</summary>
    public byte[] Bytes()
    {
        if (Peek() is not ('"' or '\'')) throw Error($"expected a string but found {Found()}");
        var bytes = new MemoryStream();
        while (Peek() is '"' or '\'') Quoted(bytes);
        return bytes.ToArray();
    }

    void Quoted(MemoryStream bytes)
    {
        var quote = text[at++];
        while (true)
        {
            if (at >= text.Length || text[at] == '\n') throw Error("the string is not closed");
            var c = text[at++];
            if (c == quote) return;
            if (c == '\\') Escape(bytes);
            else if (c < 128) bytes.WriteByte((byte)c);
            else
            {
                at--;
                if (!Rune.TryGetRuneAt(text, at, out var rune)) rune = Rune.ReplacementChar;
                at += rune.Utf16SequenceLength;
                Write(bytes, rune);
            }
        }
    }

    static void Write(MemoryStream bytes, Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        bytes.Write(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    void Escape(MemoryStream bytes)
    {
        if (at >= text.Length) throw Error("the string is not closed");
        var c = text[at++];
        switch (c)
        {
            case 'n': bytes.WriteByte((byte)'\n'); break;
            case 'r': bytes.WriteByte((byte)'\r'); break;
            case 't': bytes.WriteByte((byte)'\t'); break;
            case 'a': bytes.WriteByte(7); break;
            case 'b': bytes.WriteByte(8); break;
            case 'f': bytes.WriteByte(12); break;
            case 'v': bytes.WriteByte(11); break;
            case '\\' or '\'' or '"' or '?': bytes.WriteByte((byte)c); break;
            case >= '0' and <= '7':
                at--;
                var octal = Escaped(1, 3, 8);
                bytes.WriteByte(octal < 256 ? (byte)octal : throw Error("an octal escape is greater than \\377"));
                break;
            case 'x' or 'X': bytes.WriteByte((byte)Escaped(1, 2, 16)); break;
            case 'u' or 'U':
                var code = Escaped(c == 'u' ? 4 : 8, c == 'u' ? 4 : 8, 16);
                if (!Rune.TryCreate(code, out var rune)) throw Error($"\\{c}{code:x} is not a character");
                Write(bytes, rune);
                break;
            default: throw Error($"'\\{c}' is not an escape");
        }
    }

    uint Escaped(int least, int most, uint radix)
    {
        uint value = 0;
        int count = 0;
        for (; count < most && at < text.Length && char.IsAsciiHexDigit(text[at]) && Convert.ToUInt32(text[at].ToString(), 16) < radix; count++)
            value = value * radix + Convert.ToUInt32(text[at++].ToString(), 16);
        return count >= least ? value : throw Error("an escape has too few digits");
    }
}
