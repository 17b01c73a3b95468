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

    /// <summary>Reads a message; anything that the message type does not have is a <see cref="FormatException"/> with line and column.</summary>
    public static T Parse<T>(string text) where T : IMessage, new()
    {
        var message = new T();
        new TextParser(text).Parse(message);
        return message;
    }
}
