using Google.Protobuf;

namespace Zoo.Autograd.Graph.Proto;

/// <summary>Protobuf's text format (.pbtxt), over descriptors: the runtime for C# has none.</summary>
static class TextFormat
{
    public static string Print(IMessage message)
    {
        var writer = new StringWriter { NewLine = "\n" };
        Print(message, writer);
        return writer.ToString();
    }

    public static void Print(IMessage message, TextWriter writer) => new TextPrinter(writer).Message(message, 0);

    /// <summary>Reads a message; what cannot be read is a <see cref="FormatException"/> with line and column.</summary>
    /// <param name="text">The text.</param>
    /// <param name="unknown">Takes fields that a message's type does not have, with that message; null where such a field is an error.</param>
    public static T Parse<T>(string text, Action<IMessage, TextField>? unknown = null) where T : IMessage, new()
    {
        var message = new T();
        new TextParser(text, unknown).Parse(message);
        return message;
    }
}
