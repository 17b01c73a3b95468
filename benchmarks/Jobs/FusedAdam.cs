using Zoo.Autograd;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Benchmarks.Jobs;

/// <summary>
/// A training step whose Adam is TensorFlow's <c>ResourceApplyAdam</c>: the same formula, but for tables whose rows are looked up it squares the sum of a row's gradients, where Keras adds up
/// their squares; so it has less to do there.
/// </summary>
internal static class FusedAdam
{
    /// <summary>Changes a graph as <c>GraphDefWriter</c> writes it; <paramref name="variables"/> are its variables by path.</summary>
    internal static void Into(GraphDef graph, Dictionary<string, NDArray> variables)
    {
        var nodes = graph.Node.ToDictionary(n => n.Name);
        var handles = graph.Node.Where(n => n.Op == "VarHandleOp").ToDictionary(TensorFlowPeer.Path, n => n.Name);
        var assigns = graph.Node.Where(n => n.Op == "AssignVariableOp").ToDictionary(n => n.Input[0]);
        NodeDef ready = nodes["ready"], train = nodes["train"];
        var step = TensorFlowPeer.Add(graph, "Cast", "fused/step", [assigns[handles["adam/iteration"]].Input[1]], ("SrcT", variables["adam/iteration"].DType), ("DstT", DType.Float32));
        string Number(string name, double value) => TensorFlowPeer.Add(graph, "Const", "fused/" + name, [], ("value", NDArray.Scalar((float)value)), ("dtype", DType.Float32));
        string beta1 = Number("beta1", 0.9), beta2 = Number("beta2", 0.999), epsilon = Number("epsilon", 1e-7);
        string power1 = TensorFlowPeer.Add(graph, "Pow", "fused/power1", [beta1, step], ("T", DType.Float32)), power2 = TensorFlowPeer.Add(graph, "Pow", "fused/power2", [beta2, step], ("T", DType.Float32));
        foreach (var path in variables.Keys)
        {
            var slot = "adam/" + path.Replace('/', '_');
            if (!handles.TryGetValue(slot + "_momentum", out var first)) continue;
            var (weight, second) = (handles[path], handles[slot + "_velocity"]);
            var gradient = Gradient(nodes, assigns[first]);
            foreach (var handle in new[] { weight, first, second })
            {
                var assign = assigns[handle];
                train.Input.Remove("^" + assign.Name);
                ready.Input.Remove("^" + assign.Input[1].Split(':')[0]);
                graph.Node.Remove(assign);
            }
            ready.Input.Add("^" + gradient.Split(':')[0]);
            train.Input.Add("^" + TensorFlowPeer.Add(graph, "ResourceApplyAdam", "fused/" + path, [weight, first, second, power1, power2, "lr", beta1, beta2, epsilon, gradient, "^ready"], ("T", DType.Float32)));
        }
    }

    /// <summary>The gradient from a first moment's new value: m + (g - m) · (1 - beta).</summary>
    static string Gradient(Dictionary<string, NodeDef> nodes, NodeDef assign)
    {
        NodeDef Of(string input) => nodes[input.Split(':')[0]];
        var change = Of(assign.Input[1]) is { Op: "AddV2" or "Add" } sum ? Of(sum.Input[1]) : null;
        return change is { Op: "Mul" } && Of(change.Input[0]) is { Op: "Sub" } difference ? difference.Input[0]
            : throw new InvalidOperationException($"benchmarks: '{assign.Name}' does not assign m + (g - m) * (1 - beta). Expected Keras' Adam.");
    }
}
