using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Regular expressions in RE2's language, as TensorFlow's ops take them, on .NET's engine that never backtracks. Characters are code points, \d \s \w are of ASCII, $ is the very end.
/// Text that is not UTF-8 is taken byte by byte.
/// </summary>
internal static class Re2
{
    static readonly ConcurrentDictionary<string, Regex> compiled = [];
    static readonly UTF8Encoding strict = new(false, true);
    const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    static readonly Dictionary<string, string> classes = new()
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    static readonly Dictionary<char, (string In, string Out)> escapes = new()
    {
        ['d'] = ("0-9", @"\x00-/:-\uFFFF"),
        ['w'] = ("0-9A-Za-z_", @"\x00-/:-@\[-^`{-\uFFFF"),
        ['s'] = (@"\t\n\f\r ", @"\x00-\b\v\x0E-\x1F!-\uFFFF"),
    };

    /// <summary>Whether a pattern matches all of a text.</summary>
    internal static bool FullMatch(byte[] text, string pattern, string op) => Get($@"\A(?:{Translate(pattern, op)})\z", pattern, op).IsMatch(Decode(text).Text);

    /// <summary>The text with matches replaced; \0 to \9 in the replacement stand for groups.</summary>
    internal static byte[] Replace(byte[] bytes, string pattern, string rewrite, bool all, string op)
    {
        var (text, encoding) = Decode(bytes);
        var (result, at, end) = (new StringBuilder(), 0, -1);
        for (var match = Get(Translate(pattern, op), pattern, op).Match(text); match.Success; match = match.NextMatch())
        {
            if (match.Length == 0 && (match.Index == end || InPair(text, match.Index))) continue;   // no empty match right behind another
            result.Append(text, at, match.Index - at);
            Expand(result, match, rewrite, op);
            at = end = match.Index + match.Length;
            if (!all) break;
        }
        return end < 0 ? bytes : encoding.GetBytes(result.Append(text, at, text.Length - at).ToString());
    }

    static bool InPair(string text, int at) => at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);

    static void Expand(StringBuilder to, Match match, string rewrite, string op)
    {
        for (var i = 0; i < rewrite.Length; i++)
        {
            if (rewrite[i] != '\\') to.Append(rewrite[i]);
            else if (++i < rewrite.Length && char.IsAsciiDigit(rewrite[i]) && rewrite[i] - '0' < match.Groups.Count) to.Append(match.Groups[rewrite[i] - '0'].Value);
            else if (i < rewrite.Length && rewrite[i] == '\\') to.Append('\\');
            else throw new EngineException($"{op}: the rewrite '{rewrite}' has no meaning at place {i - 1}. Expected \\0 to \\{match.Groups.Count - 1} for groups of the pattern, or \\\\ for a backslash.") { Op = op };
        }
    }

    static (string Text, Encoding Encoding) Decode(byte[] bytes)
    {
        try
        {
            return (strict.GetString(bytes), strict);
        }
        catch (DecoderFallbackException)
        {
            return (Encoding.Latin1.GetString(bytes), Encoding.Latin1);
        }
    }

    static Regex Get(string translated, string pattern, string op) => compiled.GetOrAdd(translated, t =>
    {
        try
        {
            return new(t, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new EngineException($"{op}: the pattern '{pattern}' cannot be read: {e.Message} Expected a regular expression in RE2's language.", e) { Op = op };
        }
    });

    static string Translate(string pattern, string op)
    {
        var to = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\') i = Escape(pattern, i, to, op);
            else if (c == '[') i = Class(pattern, i, to, op);
            else if (c == '.') to.Append($"(?:{Pair}|.)");
            else if (c == '$') to.Append(pattern.Contains("(?m", StringComparison.Ordinal) ? "$" : @"\z");
            else if (c == '(' && pattern.AsSpan(i).StartsWith("(?P<"))
            {
                to.Append("(?<");
                i += 3;
            }
            else to.Append(c);
        }
        return to.ToString();
    }

    static int Escape(string pattern, int i, StringBuilder to, string op)
    {
        if (++i == pattern.Length) throw new EngineException($"{op}: the pattern '{pattern}' ends with a backslash. Expected a character behind it.") { Op = op };
        var c = pattern[i];
        if (c == 'Q')
        {
            var end = pattern.IndexOf(@"\E", i, StringComparison.Ordinal);
            if (end < 0) end = pattern.Length;
            to.Append(Regex.Escape(pattern[(i + 1)..end]));
            return Math.Min(end + 1, pattern.Length);
        }
        if (c is 'p' or 'P' && i + 1 < pattern.Length && pattern[i + 1] != '{')
        {
            to.Append('\\').Append(c).Append('{').Append(pattern[++i]).Append('}');
            return i;
        }
        if (escapes.TryGetValue(char.ToLowerInvariant(c), out var sets)) to.Append(char.IsLower(c) ? $"[{sets.In}]" : $"(?:{Pair}|[^{sets.In}])");
        else to.Append('\\').Append(c);
        return i;
    }

    static int Class(string pattern, int start, StringBuilder to, string op)
    {
        var (set, i, first) = (new StringBuilder("["), start + 1, true);
        var negated = i < pattern.Length && pattern[i] == '^';
        if (negated)
        {
            set.Append('^');
            i++;
        }
        for (; i < pattern.Length && (first || pattern[i] != ']'); i++, first = false)
        {
            var c = pattern[i];
            if (c == '[' && Posix(pattern, i) is var (name, not) && classes.TryGetValue(name, out var named) && !not)
            {
                set.Append(named);
                i = pattern.IndexOf(":]", i, StringComparison.Ordinal) + 1;
            }
            else if (c == '\\' && i + 1 < pattern.Length && escapes.TryGetValue(char.ToLowerInvariant(pattern[i + 1]), out var sets)) set.Append(char.IsLower(pattern[++i]) ? sets.In : sets.Out);
            else if (c == '\\' && i + 1 < pattern.Length) set.Append(c).Append(pattern[++i]);
            else if (c is '[' or ']') set.Append('\\').Append(c);
            else set.Append(c);
        }
        if (i >= pattern.Length) throw new EngineException($"{op}: the pattern '{pattern}' has a '[' without its ']'. Expected both.") { Op = op };
        to.Append(negated ? $"(?:{Pair}|{set}])" : $"{set}]");
        return i;
    }

    static (string Name, bool Not)? Posix(string pattern, int i)
    {
        if (i + 1 >= pattern.Length || pattern[i + 1] != ':' || pattern.IndexOf(":]", i, StringComparison.Ordinal) is not (> 0 and var end)) return null;
        var name = pattern[(i + 2)..end];
        return (name.TrimStart('^'), name.StartsWith('^'));
    }
}
