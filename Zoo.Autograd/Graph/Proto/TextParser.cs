using System.Collections;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Zoo.Autograd.Graph.Proto;

/// <summary>Reads protobuf text into a message, by its descriptor.</summary>
/// <param name="text">The text.</param>
/// <param name="unknown">Takes fields that a message's type does not have; null where such a field is an error.</param>
sealed class TextParser(string text, Action<IMessage, TextField>? unknown = null)
{
    // Protobuf's own limit: hostile nesting must not exhaust the stack.
    const int MaxDepth = 100;
    readonly TextTokens tokens = new(text);

    public void Parse(IMessage message) => Fields(message, end: '\0', depth: 0);

    void Fields(IMessage message, char end, int depth)
    {
        if (depth > MaxDepth) throw tokens.Error($"messages are nested more than {MaxDepth} deep");
        var seen = new HashSet<int>();
        while (!tokens.IsEnd(end))
        {
            if (tokens.Is('[')) throw tokens.Error("extension fields and expanded Any messages are not supported");
            tokens.Mark();
            var name = tokens.Identifier("a field name");
            if (message.Descriptor.FindFieldByName(name) is null && unknown is not null)
            {
                Unknown(name, depth, field => unknown(message, field));
                continue;
            }
            var field = message.Descriptor.FindFieldByName(name)
                ?? throw tokens.ErrorAtMark($"{message.Descriptor.FullName} has no field '{name}'; its fields are {string.Join(", ", message.Descriptor.Fields.InFieldNumberOrder().Select(f => f.Name))}");
            if (!field.IsRepeated)
            {
                if (!seen.Add(field.FieldNumber)) throw tokens.ErrorAtMark($"field '{name}' is given twice but is not repeated");
                if (field.ContainingOneof is { } oneof && !seen.Add(-1 - oneof.Index))
                    throw tokens.ErrorAtMark($"field '{name}' belongs to '{oneof.Name}', of which one is given already");
            }
            var isMessage = field.FieldType is FieldType.Message;
            var colon = tokens.Accept(':');
            if (!colon && !isMessage) throw tokens.Error($"expected ':' after '{name}'");
            if (tokens.Is('[') && !field.IsRepeated) throw tokens.Error($"field '{name}' is not repeated and takes no list");
            if (colon && tokens.Accept('[')) List(message, field, depth);
            else One(message, field, depth);
            if (!tokens.Accept(',')) tokens.Accept(';');
        }
    }

    void Unknown(string name, int depth, Action<TextField> take)
    {
        if (depth > MaxDepth) throw tokens.Error($"messages are nested more than {MaxDepth} deep");
        var colon = tokens.Accept(':');
        if (!colon && !tokens.Is('{') && !tokens.Is('<')) throw tokens.Error($"expected ':' after '{name}'");
        if (colon && tokens.Accept('['))
        {
            if (!tokens.Accept(']'))
            {
                do take(new(name, UnknownValue(depth)));
                while (tokens.Accept(','));
                tokens.Expect(']');
            }
        }
        else take(new(name, UnknownValue(depth)));
        if (!tokens.Accept(',')) tokens.Accept(';');
    }

    object UnknownValue(int depth)
    {
        if (!tokens.Is('{') && !tokens.Is('<')) return tokens.Scalar();
        var (end, fields) = (tokens.Open(), new List<TextField>());
        while (!tokens.IsEnd(end)) Unknown(tokens.Identifier("a field name"), depth + 1, fields.Add);
        tokens.Expect(end);
        return fields;
    }

    void List(IMessage message, FieldDescriptor field, int depth)
    {
        if (tokens.Accept(']')) return;
        do One(message, field, depth);
        while (tokens.Accept(','));
        tokens.Expect(']');
    }

    void One(IMessage message, FieldDescriptor field, int depth)
    {
        if (field.IsMap) MapEntry(field, (IDictionary)field.Accessor.GetValue(message), depth);
        else
        {
            var value = Value(field, depth);
            if (field.IsRepeated) ((IList)field.Accessor.GetValue(message)).Add(value);
            else field.Accessor.SetValue(message, value);
        }
    }

    /// <summary>A map entry is written as a message with key and value; either may be missing, then it has its type's default.</summary>
    void MapEntry(FieldDescriptor field, IDictionary map, int depth)
    {
        var end = tokens.Open();
        if (depth + 1 > MaxDepth) throw tokens.Error($"messages are nested more than {MaxDepth} deep");
        var (keyField, valueField) = (field.MessageType.FindFieldByNumber(1), field.MessageType.FindFieldByNumber(2));
        object? key = null, value = null;
        while (!tokens.IsEnd(end))
        {
            tokens.Mark();
            var name = tokens.Identifier("key or value");
            var part = name == "key" ? keyField : name == "value" ? valueField : throw tokens.ErrorAtMark($"an entry of '{field.Name}' has no field '{name}'; its fields are key, value");
            if ((part == keyField ? key : value) is not null) throw tokens.ErrorAtMark($"'{name}' is given twice");
            if (!tokens.Accept(':') && part.FieldType != FieldType.Message) throw tokens.Error($"expected ':' after '{name}'");
            var read = Value(part, depth + 1);
            if (part == keyField) key = read;
            else value = read;
            if (!tokens.Accept(',')) tokens.Accept(';');
        }
        tokens.Expect(end);
        map[key ?? Default(keyField)] = value ?? Default(valueField);
    }

    object Value(FieldDescriptor field, int depth)
    {
        if (field.FieldType == FieldType.Message)
        {
            var end = tokens.Open();
            var message = New(field.MessageType);
            Fields(message, end, depth + 1);
            tokens.Expect(end);
            return message;
        }
        return field.FieldType switch
        {
            FieldType.String => tokens.Utf8(),
            FieldType.Bytes => ByteString.CopyFrom(tokens.Bytes()),
            FieldType.Bool => tokens.Bool(),
            FieldType.Float => tokens.Float(),
            FieldType.Double => tokens.Double(),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => (int)tokens.Integer(int.MinValue, int.MaxValue),
            FieldType.UInt32 or FieldType.Fixed32 => (uint)tokens.Integer(0, uint.MaxValue),
            FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => (long)tokens.Integer(long.MinValue, long.MaxValue),
            FieldType.UInt64 or FieldType.Fixed64 => (ulong)tokens.Integer(0, ulong.MaxValue),
            FieldType.Enum => EnumValue(field.EnumType),
            _ => throw tokens.Error($"field '{field.Name}' has the type {field.FieldType}, which text cannot hold"),
        };
    }

    object EnumValue(EnumDescriptor type)
    {
        if (!tokens.IsIdentifier) return Enum.ToObject(type.ClrType, (int)tokens.Integer(int.MinValue, int.MaxValue));
        tokens.Mark();
        var name = tokens.Identifier("a name");
        var value = type.FindValueByName(name) ?? throw tokens.ErrorAtMark($"{type.FullName} has no value '{name}'");
        return Enum.ToObject(type.ClrType, value.Number);
    }

    // Only generated messages are known here, and a parser makes an empty one when it reads nothing.
    static IMessage New(MessageDescriptor type) => type.Parser.ParseFrom(ByteString.Empty);

    static object Default(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => New(field.MessageType),
        FieldType.String => "",
        FieldType.Bytes => ByteString.Empty,
        FieldType.Bool => false,
        FieldType.Float => 0f,
        FieldType.Double => 0.0,
        FieldType.Enum => Enum.ToObject(field.EnumType.ClrType, 0),
        FieldType.UInt32 or FieldType.Fixed32 => 0u,
        FieldType.UInt64 or FieldType.Fixed64 => 0ul,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => 0L,
        _ => Convert.ToInt32(0, CultureInfo.InvariantCulture),
    };
}
