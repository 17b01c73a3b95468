using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>Finds the steps of a plan that depend on nothing but constants and Parameters that the program leaves as they are: their results hold from run to run.</summary>
internal sealed class Settlement
{
    readonly HashSet<int> settled;
    readonly List<(int Slot, Parameter Parameter)> parameters;

    internal Settlement(Program program, List<(int Slot, NDArray Value)> constants, List<(int Slot, Parameter Parameter)> parameters)
    {
        this.parameters = parameters;
        var written = program.Updates.Select(u => u.Target).ToHashSet();
        settled = [.. constants.Where(c => c.Value.DType is not (DType.String or DType.Variant)).Select(c => c.Slot), .. parameters.Where(p => !written.Contains(p.Parameter)).Select(p => p.Slot)];
    }

    /// <summary>Those steps and the others; which slots others read of them; which Parameters they depend on.</summary>
    internal (Step[] Before, Step[] After, bool[] Settled, bool[] Settling) Split(List<Step> steps, int slots, int[] results)
    {
        var (before, after, made) = (new List<Step>(), new List<Step>(), new HashSet<int>());
        foreach (var step in steps)
            if (Holds(step))
            {
                before.Add(step);
                settled.UnionWith(step.Writes);
                made.UnionWith(step.Writes);
            }
            else after.Add(step);
        made.IntersectWith(after.SelectMany(s => s.Reads).Concat(results));
        var read = before.SelectMany(s => s.Reads).ToHashSet();
        return ([.. before], [.. after], [.. Enumerable.Range(0, slots).Select(made.Contains)], [.. parameters.Select(p => read.Contains(p.Slot))]);
    }

    bool Holds(Step step) => (step.IsView || step is CallStep or PointwiseStep or HostStep) && step.Reads.Length > 0 && Array.TrueForAll(step.Reads, settled.Contains)
        && step.Node is not { Op.Stateful: true } and not { Op.Effect: true };
}
