using System.Buffers.Binary;
using System.Text;

namespace Zoo.Keras.Datasets;

/// <summary>
/// Reads Python pickles of plain values and NumPy arrays: numbers, texts, bytes, lists, tuples, dictionaries. Nothing is ever called: of classes and functions only NumPy's
/// arrays and types are known, any other name is refused.
/// </summary>
internal sealed class Pickle
{
    readonly byte[] data;
    readonly string name;
    readonly List<object?> stack = [];
    readonly Stack<int> marks = new();
    readonly Dictionary<int, object?> memo = [];
    int at;

    Pickle(byte[] data, string name) => (this.data, this.name) = (data, name);

    /// <summary>The value of a pickle: long, double, bool, string, byte[], List, object[] (a tuple), Dictionary, NDArray, or object[] for arrays of objects.</summary>
    /// <exception cref="InvalidDataException">The data are damaged, or hold other things.</exception>
    internal static object? Load(byte[] data, string name)
    {
        try
        {
            return Plain(new Pickle(data, name).Run());
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or InvalidCastException or InvalidOperationException or KeyNotFoundException or OverflowException or FormatException or NullReferenceException)
        {
            throw new InvalidDataException($"{name}: the pickle is damaged: {e.Message} Expected a whole file. Fetch it again.", e);
        }
    }

    /// <summary>A global of NumPy: a class or a function, which stands for itself.</summary>
    sealed record Global(string Name);

    /// <summary>An array or a type while its state is not read yet.</summary>
    sealed class Made(string kind, object?[] arguments)
    {
        internal string Kind { get; } = kind;
        internal object?[] Arguments { get; } = arguments;
        internal object?[]? State { get; set; }
    }

    object? Run()
    {
        while (true)
        {
            var op = (char)data[at++];
            switch (op)
            {
                case '.': return Pop();
                case '\x80': at++; break;
                case '\x95': at += 8; break;
                case '(': marks.Push(stack.Count); break;
                case '0': Pop(); break;
                case '1': PopMark(); break;
                case '2': stack.Add(stack[^1]); break;
                case 'N': stack.Add(null); break;
                case '\x88': stack.Add(true); break;
                case '\x89': stack.Add(false); break;
                case 'K': stack.Add((long)data[at++]); break;
                case 'M': stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case 'J': stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case '\x8a': stack.Add(Long(Take(data[at++]))); break;
                case 'G': stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
                case 'U' or 'C': stack.Add(Take(data[at++]).ToArray()); break;
                case 'T' or 'B': stack.Add(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))).ToArray()); break;
                case '\x8e': stack.Add(Take(checked((int)BinaryPrimitives.ReadInt64LittleEndian(Take(8)))).ToArray()); break;
                case 'X': stack.Add(Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))))); break;
                case '\x8c': stack.Add(Encoding.UTF8.GetString(Take(data[at++]))); break;
                case '\x8d': stack.Add(Encoding.UTF8.GetString(Take(checked((int)BinaryPrimitives.ReadInt64LittleEndian(Take(8)))))); break;
                case ']': stack.Add(new List<object?>()); break;
                case '}': stack.Add(new Dictionary<object, object?>()); break;
                case ')': stack.Add(Array.Empty<object?>()); break;
                case 'l': stack.Add(PopMark().ToList()); break;
                case 't': stack.Add(PopMark()); break;
                case '\x85': stack.Add(new[] { Pop() }); break;
                case '\x86' or '\x87': stack.Add(PopMany(op - '\x84')); break;
                case 'd': stack.Add(Fill([], PopMark())); break;
                case 'a': Append(PopMany(1)); break;
                case 'e': Append(PopMark()); break;
                case 's': SetItems(PopMany(2)); break;
                case 'u': SetItems(PopMark()); break;
                case 'q': memo[data[at++]] = stack[^1]; break;
                case 'r': memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))] = stack[^1]; break;
                case '\x94': memo[memo.Count] = stack[^1]; break;
                case 'h': stack.Add(memo[data[at++]]); break;
                case 'j': stack.Add(memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))]); break;
                case 'c': stack.Add(Known(Line(), Line())); break;
                case '\x93':
                    var names = PopMany(2);
                    stack.Add(Known((string)names[0]!, (string)names[1]!));
                    break;
                case 'R':
                    var call = PopMany(2);
                    stack.Add(Make((Global)call[0]!, (object?[])call[1]!));
                    break;
                case 'b':
                    var state = (object?[])Pop()!;
                    ((Made)stack[^1]!).State = state;
                    break;
                default: throw new InvalidDataException($"{name}: the pickle holds the instruction 0x{(int)op:x2} at byte {at - 1}, which is not read. Expected numbers, texts, lists, dictionaries and NumPy arrays.");
            }
        }
    }

    Global Known(string module, string item) => (module, item) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => new("array"),
        ("numpy", "ndarray") => new("ndarray"),
        ("numpy", "dtype") => new("dtype"),
        ("_codecs", "encode") => new("bytes"),   // how Python 3 writes bytes for Python 2
        _ => throw new InvalidDataException($"{name}: the pickle asks for {module}.{item}, which is refused: a file must not run code. Expected plain values and NumPy arrays. Use a file from a source you trust."),
    };

    static object Make(Global what, object?[] arguments) => what.Name == "bytes" ? Encoding.Latin1.GetBytes((string)arguments[0]!) : new Made(what.Name, arguments);

    /// <summary>Values with the arrays that their states describe.</summary>
    static object? Plain(object? value, int depth = 0)
    {
        if (depth > 100) throw new ArgumentException("lists lie more than 100 deep in each other.");
        switch (value)
        {
            case Made { Kind: "array", State: [_, object?[] shape, Made type, bool fortran, var raw] }:
                var dims = Array.ConvertAll(shape, d => (long)d!);
                var code = Text(type.Arguments[0]);
                if (code.StartsWith('O')) return ((List<object?>)raw!).Select(v => Plain(v, depth + 1)).ToArray();
                return Npy.Numbers((type.State is [_, var order, ..] ? Text(order) : "|") + code, dims, fortran, (byte[])raw!);
            case List<object?> list: return list.Select(v => Plain(v, depth + 1)).ToList();
            case object?[] tuple: return Array.ConvertAll(tuple, v => Plain(v, depth + 1));
            case Dictionary<object, object?> map: return map.ToDictionary(p => Text(p.Key), p => Plain(p.Value, depth + 1));
            case Made or Global: throw new ArgumentException("an array is not complete.");
            default: return value;
        }
    }

    /// <summary>Texts of Python 2 are bytes.</summary>
    static string Text(object? value) => value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : (string)value!;

    static long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw new OverflowException("a number has more than 64 bits.");
        Span<byte> wide = stackalloc byte[8];
        wide.Fill(bytes.Length > 0 && bytes[^1] >= 0x80 ? (byte)0xff : (byte)0);
        bytes.CopyTo(wide);
        return BinaryPrimitives.ReadInt64LittleEndian(wide);
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > data.Length - at) throw new ArgumentException($"{count} bytes are announced at byte {at}, {data.Length - at} are left.");
        at += count;
        return data.AsSpan(at - count, count);
    }

    string Line()
    {
        var end = Array.IndexOf(data, (byte)'\n', at);
        if (end < 0) throw new ArgumentException("a line does not end.");
        (var begin, at) = (at, end + 1);
        return Encoding.UTF8.GetString(data, begin, end - begin);
    }

    object? Pop() => PopMany(1)[0];

    object?[] PopMark() => PopMany(stack.Count - marks.Pop());

    object?[] PopMany(int count)
    {
        var items = stack.GetRange(stack.Count - count, count).ToArray();
        stack.RemoveRange(stack.Count - count, count);
        return items;
    }

    void Append(object?[] items) => ((List<object?>)stack[^1]!).AddRange(items);

    void SetItems(object?[] items) => Fill((Dictionary<object, object?>)stack[^1]!, items);

    static Dictionary<object, object?> Fill(Dictionary<object, object?> map, object?[] items)
    {
        for (var i = 0; i < items.Length; i += 2) map[items[i] is byte[]? Text(items[i]) : items[i]!] = items[i + 1];
        return map;
    }
}
