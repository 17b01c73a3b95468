using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Whether the thread that calls will do for a step as an engine thread does: with one thread, for a team of several stays with the thread that made it; where what it allocates lies in the main heap; and with stack left.
/// </summary>
internal static class CallingThread
{
    [ThreadStatic] static bool? onMainHeap;

    /// <summary>Whether the next step may run here.</summary>
    internal static bool Suits => TorchThreads.Count == 1 && (onMainHeap ??= !TorchMemory.Tune() || TorchMemory.OnMainHeap()) && RuntimeHelpers.TryEnsureSufficientExecutionStack();
}
