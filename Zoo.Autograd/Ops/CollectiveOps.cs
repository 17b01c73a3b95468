using System.Collections.Concurrent;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Ops in which programs of several workers meet. Who they meet is known by a number that the program is fed: <see cref="Join"/> gives it.</summary>
internal static class CollectiveOps
{
    const int Backward = 1 << 16;
    static readonly ConcurrentDictionary<int, Action<int, NDArray>> groups = [];
    static int made;

    internal static readonly Op CollectiveReduceV2 = new("CollectiveReduceV2", "input:T group_size:int32 group_key:int32 instance_key:int32 ordering_token:Nordering_token*resource -> data:T ; "
        + "T:bfloat16|float32|float16|float64|int32|int64 merge_op:string final_op:string communication_hint:string=auto timeout_seconds:float=0 is_stateless:bool=false Nordering_token:int=0 max_subdivs_per_device:int=-1")
    {
        Shape = s => s[0],
        // Each part's loss depends on the sum, so the sum of their gradients goes back to each term.
        Grad = (n, g) => [Sum(g, n[2], n[3] + A.Constant(Backward, DType.Int32)), .. new Variable?[n.Inputs.Length - 1]],
        Stateful = true,
        Kernel = k => k.Managed((n, x) =>
        {
            if (n.Text("merge_op") != "Add" || n.Text("final_op") != "Id") throw new EngineException($"CollectiveReduceV2: merge_op is {n.Text("merge_op")}, final_op {n.Text("final_op")}. Expected Add and Id, which the embedded engine knows.") { Op = "CollectiveReduceV2" };
            if (!groups.TryGetValue((int)x[2].ToNumber(), out var reduce)) throw new EngineException($"CollectiveReduceV2: there is no group {x[2].ToNumber()}. Expected one that this process has joined, in a trainer's step.") { Op = "CollectiveReduceV2" };
            var sum = x[0].Clone();
            EngineThreads.Elsewhere(() => reduce((int)x[3].ToNumber(), sum));
            return [sum];
        }),
    };

    /// <summary>The sum of a value over all members of a group. All programs must have the same sums, by the same numbers.</summary>
    internal static Variable Sum(Variable value, Variable group, Variable instance) =>
        CollectiveReduceV2.Call([value, A.Constant(0, DType.Int32), group, instance], Graph.Attrs.Of(("merge_op", "Add"), ("final_op", "Id"))).Out;

    /// <summary>Becomes a member: the action adds up an array over all members in place, told the number of the sum. Disposed, it is one no more.</summary>
    internal static Membership Join(Action<int, NDArray> reduce)
    {
        var key = Interlocked.Increment(ref made);
        groups[key] = reduce;
        return new(key);
    }

    /// <summary>That a program of this process may meet others.</summary>
    internal sealed record Membership(int Key) : IDisposable
    {
        public void Dispose() => groups.TryRemove(Key, out _);
    }
}
