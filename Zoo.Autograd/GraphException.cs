namespace Zoo.Autograd;

/// <summary>A graph cannot be built, read or cut: an unknown node or op, a missing gradient, a cycle.</summary>
public class GraphException(string message, Exception? inner = null) : InvalidOperationException(message, inner)
{
    /// <summary>The node at fault, where one is known.</summary>
    public string? Node { get; init; }

    /// <summary>The names that are there, where one was asked for that is not; else empty.</summary>
    public IReadOnlyCollection<string> Known { get; init; } = [];
}
