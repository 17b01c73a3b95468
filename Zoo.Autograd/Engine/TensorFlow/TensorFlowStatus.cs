using System.Text.RegularExpressions;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>The outcome of one native call.</summary>
internal readonly ref partial struct TensorFlowStatus
{
    public TensorFlowStatus() => Handle = LibTensorFlow.TF_NewStatus();

    internal nint Handle { get; }

    internal bool Failed => LibTensorFlow.TF_GetCode(Handle) != 0;

    internal unsafe string Message => LibTensorFlow.Text(LibTensorFlow.TF_Message(Handle));

    /// <summary>TensorFlow's failure as an exception that names the op at fault where the message does.</summary>
    internal EngineException Error(string what, Func<string, string?>? opOfNode = null)
    {
        var message = Message;
        var node = NodeName().Match(message) is { Success: true } match ? match.Groups[1].Value : null;
        var op = node is null ? null : opOfNode?.Invoke(node);
        // The first line says what happened; the rest is TensorFlow's trace.
        var first = message.AsSpan(0, message.AsSpan().IndexOf('\n') is var end and >= 0 ? end : message.Length).Trim().TrimEnd('.').ToString();
        return new EngineException($"TensorFlow: {what}{(op is null ? "" : $" at {node} ({op})")}: {first}.")
        {
            Op = op ?? "",
            NativeMessage = message,
            Version = TensorFlowLoader.Version,
        };
    }

    public void Dispose() => LibTensorFlow.TF_DeleteStatus(Handle);

    [GeneratedRegex(@"\{\{(?:function_)?node (?:__inference_\S+ )?([^}]+)\}\}")]
    private static partial Regex NodeName();
}
