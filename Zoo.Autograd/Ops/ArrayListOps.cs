using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// TensorFlow 1's TensorArrays. An array is read as a list of tensors that goes where its number, the flow, goes: each write gives the list after it, so that loops and
/// branches need nothing of their own. An array whose elements have gone (clear_after_read) still has them.
/// </summary>
internal static class ArrayListOps
{
    const string NoGradient = "gradients do not pass lists of tensors", At = "handle:resource index:int32", Typed = "dtype:type";

    internal static readonly Op Array = Make("TensorArrayV3", $"size:int32 -> handle:resource flow:float32 ; {Typed} element_shape:shape=? dynamic_size:bool=false clear_after_read:bool=true identical_element_shapes:bool=false tensor_array_name:string=", c =>
    {
        var list = ListOps.Reserve.Call([Dims(Shape(c, "element_shape")), c[0]], ("element_dtype", c.Attrs.Get<DType>("dtype")), ("shape_type", DType.Int32), ("_grows", c.Attrs["dynamic_size"] is true));
        return [list, list];
    });

    internal static readonly Op Write = Make("TensorArrayWriteV3", $"{At} value:T flow_in:float32 -> flow_out:float32", c =>
        [ListOps.SetItem.Call([c[3], c[1], c[2]], ("resize_if_index_out_of_bounds", c[0].Node.Attrs["_grows"] is not false))]);

    internal static readonly Op Read = Make("TensorArrayReadV3", $"{At} flow_in:float32 -> value:dtype ; {Typed}", c =>
        [ListOps.GetItem.Call([c[2], c[1], Elements(c[0])], ("element_dtype", c.Attrs.Get<DType>("dtype")))]);

    internal static readonly Op Gather = Make("TensorArrayGatherV3", $"handle:resource indices:int32 flow_in:float32 -> value:dtype ; {Typed} element_shape:shape=?", c =>
        [ListOps.Gather.Call([c[2], c[1], Dims(Shape(c, "element_shape"))], ("element_dtype", c.Attrs.Get<DType>("dtype")))]);

    internal static readonly Op Scatter = Make("TensorArrayScatterV3", "handle:resource indices:int32 value:T flow_in:float32 -> flow_out:float32", c =>
        [ListOps.ScatterInto.Call([c[3], c[2], c[1]])]);

    internal static readonly Op Concat = Make("TensorArrayConcatV3", $"handle:resource flow_in:float32 -> value:dtype lengths:int64 ; {Typed} element_shape_except0:shape=?", c =>
    {
        var shape = Shape(c, "element_shape_except0") is { HasRank: true } rest ? Autograd.Shape.Create([Dim.Any, .. rest]) : Autograd.Shape.Unknown;
        var node = ListOps.Concat.Call([c[1], Dims(shape), A.Constant(NDArray.Zeros([0], DType.Int64))], Attrs.Of(("element_dtype", c.Attrs.Get<DType>("dtype")), ("shape_type", DType.Int32)), c.Name);
        c.Is(node);
        return node.Outputs;
    });

    internal static readonly Op Split = Make("TensorArraySplitV3", "handle:resource value:T lengths:int64 flow_in:float32 -> flow_out:float32", c =>
        [ListOps.Split.Call([c[1], Dims(Autograd.Shape.Unknown), c[2]], ("shape_type", DType.Int32))]);

    internal static readonly Op Size = Make("TensorArraySizeV3", "handle:resource flow_in:float32 -> size:int32", c => [ListOps.Length.Call(c[1])]);

    internal static readonly Op Close = Make("TensorArrayCloseV3", "handle:resource ->", _ => []);

    static Op Make(string name, string signature, Func<ReadContext, Variable[]> reads) => new(name, signature)
    {
        Shape = s => new([.. Enumerable.Repeat(Autograd.Shape.Unknown, name == "TensorArrayCloseV3" ? 0 : name is "TensorArrayV3" or "TensorArrayConcatV3" ? 2 : 1)]),
        NoGradient = NoGradient,
        Stateful = true,
        Reads = reads,
    };

    static Shape Shape(ReadContext c, string attr) => c.Attrs[attr] as Shape ?? Autograd.Shape.Unknown;

    /// <summary>The shape that an array's elements have, where its handle says it.</summary>
    static Variable Elements(Variable handle) => handle.Node.Op == ListOps.Reserve ? handle.Node[0] : Dims(Autograd.Shape.Unknown);

    static Variable Dims(Shape shape) => shape.HasRank ? A.Ints(shape.Dims) : A.Constant(-1, DType.Int32);
}
