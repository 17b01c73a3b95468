using System.Globalization;

namespace Zoo.Autograd.Graph;

/// <summary>One input or output in an op's signature: <c>x:T</c>, <c>values:N*T</c>, <c>shape:int32</c>, <c>args:Tin[]</c>.</summary>
internal sealed record ArgDef(string Name, string? TypeAttr, DType Fixed, string? NumberAttr, bool IsTypeList);

/// <summary>One attribute: its kind (int, float, bool, string, type, shape, tensor, func, or the plural of one) and its default.</summary>
internal sealed record AttrDef(string Name, string Kind, DType[]? Allowed, object? Default)
{
    internal bool Takes(DType type)
    {
        foreach (var allowed in Allowed ?? [])
            if (allowed == type) return true;
        return Allowed is null;
    }
}

/// <summary>
/// An op's inputs, outputs and attributes, read from one line in TensorFlow's manner:
/// <c>value:T bias:T -> output:T ; T:number data_format:string=NHWC</c>.
/// </summary>
internal sealed class Signature
{
    static readonly DType[] Floats = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];
    static readonly DType[] Integers = [DType.Int32, DType.Int64, DType.UInt8, DType.Int8, DType.Int16, DType.UInt16, DType.UInt32, DType.UInt64];
    static readonly DType[] Complexes = [DType.Complex64, DType.Complex128];
    static readonly Dictionary<string, DType[]> Classes = new()
    {
        ["float"] = Floats,
        ["real"] = All(Floats, Integers),
        ["ordered"] = All(Floats, Integers, [DType.Bool]),
        ["number"] = All(Floats, Integers, Complexes),
        ["continuous"] = All(Floats, Complexes),
        ["signed"] = All(Floats, [DType.Int8, DType.Int16, DType.Int32, DType.Int64]),
        ["wide"] = All(Floats, [DType.Int32, DType.Int64], Complexes),
        ["integer"] = Integers,
        ["numeric"] = All(Floats, Integers, Complexes, [DType.Bool]),
        ["index"] = [DType.Int32, DType.Int64],
    };

    static DType[] All(params DType[][] sets)
    {
        DType[] all = [];
        foreach (var set in sets)
        {
            Array.Resize(ref all, all.Length + set.Length);
            set.CopyTo(all, all.Length - set.Length);
        }
        return all;
    }

    internal ArgDef[] Inputs { get; }
    internal ArgDef[] Outputs { get; }
    /// <summary>Sorted by name.</summary>
    internal AttrDef[] Attrs { get; }
    internal string[] Names { get; }

    internal Signature(string text)
    {
        var halves = text.Split(';', 2);
        var sides = halves[0].Split("->");
        var attrs = halves.Length > 1 ? Words(halves[1]).Select(Attr).ToList() : [];
        Inputs = [.. Words(sides[0]).Select(w => Arg(w, attrs))];
        Outputs = sides.Length > 1 ? [.. Words(sides[1]).Select(w => Arg(w, attrs))] : [];
        foreach (var arg in Inputs.Concat(Outputs))
        {
            if (arg.TypeAttr is { } type && attrs.All(a => a.Name != type)) attrs.Add(new(type, arg.IsTypeList ? "types" : "type", null, null));
            if (arg.NumberAttr is { } number && attrs.All(a => a.Name != number)) attrs.Add(new(number, "int", null, null));
        }
        attrs.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        (Attrs, Names) = ([.. attrs], [.. attrs.Select(a => a.Name)]);
    }

    static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static ArgDef Arg(string word, List<AttrDef> attrs)
    {
        var (name, type) = Two(word, ':');
        string? number = null;
        if (type.Contains('*')) (number, type) = Two(type, '*');
        var list = type.EndsWith("[]", StringComparison.Ordinal);
        if (list) type = type[..^2];
        return char.IsUpper(type[0]) || attrs.Exists(a => a.Name == type) ? new(name, type, DType.Invalid, number, list) : new(name, null, DTypes.Parse(type), number, false);
    }

    static AttrDef Attr(string word)
    {
        var (name, rest) = Two(word, ':');
        var (kind, text) = rest.Contains('=') ? Two(rest, '=') : (rest, null);
        DType[]? allowed = null;
        // "float" with a number as default is an attribute of that kind; otherwise it is the class of dtypes
        if (kind == "float" && double.TryParse(text, CultureInfo.InvariantCulture, out _)) allowed = null;
        else if (Classes.TryGetValue(kind, out var named)) (kind, allowed) = ("type", named);
        else if (kind.Any(char.IsAsciiDigit)) (kind, allowed) = ("type", Array.ConvertAll(kind.Split('|'), DTypes.Parse));
        return new(name, kind, allowed, text is null ? null : Value(kind, text));
    }

    static object Value(string kind, string text) => kind switch
    {
        "int" => long.Parse(text, CultureInfo.InvariantCulture),
        "float" => (double)float.Parse(text, CultureInfo.InvariantCulture),
        "bool" => text == "true",
        "string" => text,
        "type" => DTypes.Parse(text),
        "shape" => text == "?" ? Shape.Unknown : Shape.Create(Longs(text)),
        "ints" => Longs(text),
        "floats" => Array.ConvertAll(Items(text), t => double.Parse(t, CultureInfo.InvariantCulture)),
        "strings" => Items(text),
        "types" => Array.ConvertAll(Items(text), DTypes.Parse),
        "shapes" => Array.Empty<Shape>(),
        _ => throw new ArgumentException($"Signature: an attribute of kind '{kind}' has no default in this notation."),
    };

    static long[] Longs(string text) => Array.ConvertAll(Items(text), t => long.Parse(t, CultureInfo.InvariantCulture));

    static string[] Items(string text) => text.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries);

    static (string, string) Two(string text, char at)
    {
        var i = text.IndexOf(at);
        return i > 0 ? (text[..i], text[(i + 1)..]) : throw new ArgumentException($"Signature: '{text}' lacks '{at}'.");
    }
}
