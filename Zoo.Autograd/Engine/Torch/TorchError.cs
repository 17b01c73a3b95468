using System.Diagnostics.CodeAnalysis;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Turns libtorch's error codes into exceptions. The C ABI hands no message out, so the shapes must speak.</summary>
internal static class TorchError
{
    internal static void Check(int code, string op)
    {
        if (code != 0)
            Throw(op, []);
    }

    internal static void Check(int code, string op, ReadOnlySpan<nint> tensors)
    {
        if (code != 0)
            Throw(op, tensors);
    }

    [DoesNotReturn]
    internal static void Throw(string op, ReadOnlySpan<nint> tensors)
    {
        var shapes = new Shape[tensors.Length];
        for (int i = 0; i < shapes.Length; i++)
            shapes[i] = tensors[i] == 0 ? Shape.Scalar : TorchTensor.ShapeOf(tensors[i]);
        string with = shapes.Length == 0 ? "" : $" with tensors of shape {string.Join(", ", shapes.Select(s => s.ToString()))}";
        throw new EngineException($"{op}: libtorch refused the call{with}. Expected shapes and types the op accepts; the native text is printed to stderr "
            + "when the program starts with the environment variable TORCH_CPP_LOG_LEVEL=ERROR.")
        {
            Op = op,
            Shapes = shapes,
            Version = TorchLoader.Version,
        };
    }
}
