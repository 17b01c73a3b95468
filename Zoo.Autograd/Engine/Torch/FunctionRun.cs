using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A function that a kernel runs over arrays. Handles of variables among its inputs are left out: the function's nodes know their Parameters.</summary>
internal sealed class FunctionRun
{
    readonly TorchSession session;
    readonly int results;

    internal FunctionRun(Function function)
    {
        Program program = new()
        {
            Name = function.Name,
            Feeds = [.. function.Inputs.Where(i => i.DType != DType.Resource)],
            Fetches = [.. function.Outputs.Where(o => o.DType != DType.Resource)],
            Effects = [.. function.Effects.Where(e => e.Op.Effect)],
        };
        (session, results) = (new(program), program.Fetches.Length);
    }

    internal NDArray[] Run(NDArray[] inputs)
    {
        var found = new NDArray?[results];
        Run(inputs, found);
        return found!;
    }

    /// <summary>Results go where the given arrays fit.</summary>
    internal void Run(ReadOnlySpan<NDArray> inputs, Span<NDArray?> found) => session.Run(inputs, found, PlanRun.Cancellation);
}
