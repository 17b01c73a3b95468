namespace Zoo.Autograd.Graph;

/// <summary>
/// Ops over float16 and bfloat16 that the embedded engine computes in float32 and rounds: all that do arithmetic and are not element-wise. Those that only
/// move elements (<see cref="Op.Moves"/>) take these as they are.
/// </summary>
internal static class Halves
{
    /// <summary>What stands for a node over such types: the same op in float32, between casts. Null where there is nothing to do.</summary>
    internal static Variable[]? Widened(Node node)
    {
        if (node.IsPointwise || !node.Op.Signature.Attrs.Any(a => IsHalf(node, a) && !(node.Op.Moves ?? a.Allowed?.Contains(DType.String) ?? true))) return null;
        var attrs = node.Attrs;
        foreach (var def in node.Op.Signature.Attrs)
            if (IsHalf(node, def)) attrs = attrs.With(def.Name, DType.Float32);
        var wide = node.Op.Call(Array.ConvertAll(node.Inputs, v => v.DType.IsHalf() ? AutoGrad.Cast(v, DType.Float32) : v), attrs, node.Name, node.Tag);
        return [.. wide.Outputs.Zip(node.Outputs, (value, like) => value.DType == like.DType ? value : AutoGrad.Cast(value, like.DType))];
    }

    static bool IsHalf(Node node, AttrDef attr) => node.Attrs[attr.Name] is DType type && type.IsHalf();
}
