namespace Zoo.Autograd;

/// <summary>An engine failed: its library cannot be loaded, or one of its kernels refused to run.</summary>
public class EngineException(string message, Exception? inner = null) : InvalidOperationException(message, inner)
{
    /// <summary>The op that failed, in TensorFlow's name; empty where no op is at fault.</summary>
    public string Op { get; init; } = "";
    /// <summary>The shapes of that op's inputs.</summary>
    public IReadOnlyList<Shape> Shapes { get; init; } = [];
    /// <summary>What the native library said.</summary>
    public string NativeMessage { get; init; } = "";
    /// <summary>The engine and its version.</summary>
    public string Version { get; init; } = "";
}
