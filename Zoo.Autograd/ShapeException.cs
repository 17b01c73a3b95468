namespace Zoo.Autograd;

/// <summary>Shapes do not fit: thrown where the graph is built or data enters, before anything native is called.</summary>
public class ShapeException(string message, Exception? inner = null) : ArgumentException(message, inner)
{
    /// <summary>The op that refused the shapes, in TensorFlow's name.</summary>
    public string? Op { get; init; }
    /// <summary>The layer that refused its input.</summary>
    public string? Layer { get; init; }
    /// <summary>The shape that would have been right, where there is one.</summary>
    public Shape? Expected { get; init; }
    /// <summary>The shape that came.</summary>
    public Shape? Actual { get; init; }
}
