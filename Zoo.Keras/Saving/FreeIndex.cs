using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Saving;

/// <summary>Python's index <c>x[:, 1:3]</c> in files, beside StridedSlice.</summary>
static class FreeIndex
{
    public static List<object?> Write(Node node, Func<Variable, object?> of)
    {
        var (begin, end, step) = (FreeOp.Numbers(node, 1), FreeOp.Numbers(node, 2), FreeOp.Numbers(node, 3));
        var parts = new List<object?>();
        for (var i = 0; i < begin.Length; i++)
        {
            bool Masked(string name) => (node.Int(name) >> i & 1) != 0;
            if (Masked("ellipsis_mask")) parts.Add(Object("__ellipsis__", []));
            else if (Masked("new_axis_mask")) parts.Add(null);
            else if (Masked("shrink_axis_mask")) parts.Add(begin[i]);
            else parts.Add(Object("__slice__", new() { ["start"] = Masked("begin_mask") ? null : begin[i], ["stop"] = Masked("end_mask") ? null : end[i], ["step"] = step[i] == 1 ? null : step[i] }));
        }
        return [of(node[0]), parts is [{ } one] ? one : parts];
    }

    static Dictionary<string, object?> Object(string name, Dictionary<string, object?> config) => new() { ["class_name"] = name, ["config"] = config };

    public static Variable Read(FreeCall call)
    {
        var x = call[0];
        var parts = call.Args is [_, List<object?> several] ? several : call.Args is [_, var single] ? [single] : throw Bad(call, "it has no index");
        long[] begin = new long[parts.Count], end = new long[parts.Count], step = new long[parts.Count];
        var masks = new Dictionary<string, long>();
        for (var i = 0; i < parts.Count; i++)
        {
            void Mask(string name) => masks[name] = masks.GetValueOrDefault(name) | 1L << i;
            step[i] = 1;
            switch (parts[i])
            {
                case null: Mask("new_axis_mask"); break;
                case RestOfAxes: Mask("ellipsis_mask"); break;
                case long at:
                    (begin[i], end[i]) = (at, at + 1);
                    Mask("shrink_axis_mask");
                    break;
                case SliceOfAxis slice:
                    (begin[i], end[i], step[i]) = (slice.Start ?? 0, slice.Stop ?? 0, slice.Step ?? 1);
                    if (slice.Start is null) Mask("begin_mask");
                    if (slice.Stop is null) Mask("end_mask");
                    break;
                default: throw Bad(call, $"its index holds a {parts[i]!.GetType().Name}");
            }
        }
        return SliceOps.StridedSlice.Call([x, A.Ints(begin), A.Ints(end), A.Ints(step)], [.. masks.Select(m => (m.Key, (object)m.Value))]);
    }

    static ModelFileException Bad(FreeCall call, string what) => new($"Load: {call.Where}: {what}. Expected numbers, slices, an ellipsis and new axes. Put the expression into a layer before saving.");
}
