using System.Text;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>How a string falls apart.</summary>
internal static class TextSplit
{
    /// <summary>As Python's <c>split</c>: at white space where the separator is empty. At most so many cuts; none or fewer is no limit.</summary>
    internal static List<byte[]> At(byte[] text, byte[] separator, long most)
    {
        var parts = new List<byte[]>();
        ReadOnlySpan<byte> rest = text;
        if (most == 0) return [text];
        if (separator.Length == 0)
        {
            for (rest = rest.TrimStart(TextParts.Spaces); rest.Length > 0;)
            {
                var end = rest.IndexOfAny(TextParts.Spaces);
                parts.Add((end < 0 ? rest : rest[..end]).ToArray());
                rest = (end < 0 ? [] : rest[end..]).TrimStart(TextParts.Spaces);
                if (most <= 0 || parts.Count != most) continue;
                parts.Add(rest.ToArray());
                break;
            }
            return parts;
        }
        for (var at = rest.IndexOf(separator); at >= 0 && (most < 0 || parts.Count < most); at = rest.IndexOf(separator))
        {
            parts.Add(rest[..at].ToArray());
            rest = rest[(at + separator.Length)..];
        }
        parts.Add(rest.ToArray());
        return parts;
    }

    /// <summary>At each of some bytes, or after each byte.</summary>
    internal static List<byte[]> AtAny(byte[] text, byte[] delimiters, bool skipEmpty)
    {
        if (text.Length == 0) return [];
        var parts = new List<byte[]>();
        if (delimiters.Length == 0) return [.. text.Select(b => new[] { b })];
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !delimiters.Contains(text[i])) continue;
            if (i > start || !skipEmpty) parts.Add(text[start..i]);
            start = i + 1;
        }
        return parts;
    }

    /// <summary>The runs of words of one row, padded at both ends.</summary>
    internal static List<byte[]> NGrams(ReadOnlySpan<byte[]> words, Node n)
    {
        byte[] separator = Encoding.UTF8.GetBytes(n.Text("separator")), left = Encoding.UTF8.GetBytes(n.Text("left_pad")), right = Encoding.UTF8.GetBytes(n.Text("right_pad"));
        var (widths, most, result) = (n.Ints("ngram_widths"), n.Int("pad_width"), new List<byte[]>());
        foreach (var width in widths)
        {
            var pad = most < 0 ? width - 1 : Math.Min(most, width - 1);
            Add(words, width, pad, Math.Max(0, words.Length + 2 * pad - width + 1));
        }
        if (result.Count == 0 && n.Flag("preserve_short_sequences") && words.Length > 0)
        {
            var pad = Math.Max(0, most);
            Add(words, words.Length + 2 * pad, pad, 1);
        }
        return result;

        void Add(ReadOnlySpan<byte[]> from, long width, long pad, long count)
        {
            for (long i = 0; i < count; i++)
            {
                long before = Math.Max(0, pad - i), after = Math.Max(0, pad - (count - i - 1)), start = before > 0 ? 0 : i - pad;
                var parts = new List<byte[]>();
                for (long k = 0; k < before; k++) parts.Add(left);
                for (long k = 0; k < width - before - after; k++) parts.Add(from[(int)(start + k)]);
                for (long k = 0; k < after; k++) parts.Add(right);
                result.Add(TextParts.Join(parts, separator));
            }
        }
    }
}
