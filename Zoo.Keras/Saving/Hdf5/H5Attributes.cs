using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>Reads the attributes of a group or dataset.</summary>
static class H5Attributes
{
    public static void CheckCompact(H5Message message, string path)
    {
        var c = new H5Cursor(message.Body, $"the attributes of '{path}'");
        c.Skip(1);
        c.Skip((c.Unsigned(1) & 1) != 0 ? 2 : 0);
        if (c.U64() != ulong.MaxValue) throw H5Reader.Unsupported($"densely stored attributes of '{path}'");
    }

    public static void Read(H5Reader file, H5Message message, H5Node node, string path)
    {
        if (message.Shared) throw H5Reader.Unsupported($"a shared attribute of '{path}'");
        var c = new H5Cursor(message.Body, $"an attribute of '{path}'");
        int version = c.U8(), flags = c.U8();
        if (version is 0 or > 3) throw H5Reader.Damaged($"an attribute of '{path}' has version {version}");
        int nameSize = c.U16(), typeSize = c.U16(), spaceSize = c.U16();
        if (version == 3) c.Skip(1);
        int Padded(int n) => version == 1 ? (n + 7) & ~7 : n;
        var name = H5Type.Trim(c.Take(Padded(nameSize))[..nameSize]);
        var typeBytes = c.Take(Padded(typeSize))[..typeSize].ToArray();
        var spaceBytes = c.Take(Padded(spaceSize))[..spaceSize].ToArray();
        if (version > 1 && (flags & 3) != 0)
        {
            node.Attributes[name] = new H5Unknown("a shared datatype");
            return;
        }
        var type = H5Type.Parse(new H5Cursor(typeBytes, $"the attribute '{name}' of '{path}'"));
        var shape = H5Array.Space(new H5Cursor(spaceBytes, $"the attribute '{name}' of '{path}'"));
        node.Attributes[name] = type.Reason is { } reason ? new H5Unknown(reason) : Value(file, type, shape, c.Take(c.Left).ToArray(), name, path);
    }

    static object Value(H5Reader file, H5Type type, Shape? shape, byte[] data, string name, string path)
    {
        if (shape is null) return new H5Unknown("no value");
        var count = H5Array.Count(shape, type.Size, $"the attribute '{name}' of '{path}'");
        if (count * type.Size > data.Length) throw H5Reader.Damaged($"the attribute '{name}' of '{path}' has {data.Length} bytes for {count} elements of {type.Size}");
        if (type.Kind == H5Type.Form.Number)
        {
            var numbers = NDArray.Zeros(shape, type.DType);
            H5Array.Decode(data.AsSpan(0, (int)count * type.Size), numbers, type);
            return numbers;
        }
        var c = new H5Cursor(data, $"the attribute '{name}' of '{path}'");
        var texts = new string[count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = type.Kind == H5Type.Form.Text ? Encoding.UTF8.GetString(file.Text(c)) : H5Type.Trim(c.Take(type.Size));
        return shape.Rank == 0 ? texts[0] : texts;
    }
}
