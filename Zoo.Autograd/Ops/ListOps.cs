using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>TensorFlow's lists of tensors: what loops gather and take apart.</summary>
internal static class ListOps
{
    const string NoGradient = "gradients do not pass lists of tensors";
    const string Typed = "element_dtype:type", Shaped = "element_dtype:type shape_type:index";

    internal static readonly Op Empty = Make("EmptyTensorList", $"element_shape:shape_type max_num_elements:int32 -> handle:variant ; {Shaped}", _ => Shape.Scalar,
        (n, x) => [TensorList.Reserve(n.Type("element_dtype"), ShapeOf(x[0]), 0).AsVariant()]);

    internal static readonly Op Reserve = Make("TensorListReserve", $"element_shape:shape_type num_elements:int32 -> handle:variant ; {Shaped}", _ => Shape.Scalar,
        (n, x) => [TensorList.Reserve(n.Type("element_dtype"), ShapeOf(x[0]), (long)x[1].ToNumber()).AsVariant()]);

    internal static readonly Op FromTensor = Make("TensorListFromTensor", $"tensor:element_dtype element_shape:shape_type -> output_handle:variant ; {Shaped}", _ => Shape.Scalar,
        (_, x) => [TensorList.From(x[0], ShapeOf(x[1])).AsVariant()]);

    internal static readonly Op StackOp = Make("TensorListStack", $"input_handle:variant element_shape:int32 -> tensor:element_dtype ; {Typed} num_elements:int=-1",
        s => Element(s, 1) is { HasRank: true } e ? Shape.Create([s.Int("num_elements"), .. e]) : Shape.Unknown,
        (_, x) => [TensorList.Of(x[0]).Stack(ShapeOf(x[1]))]);

    internal static readonly Op GetItem = Make("TensorListGetItem", $"input_handle:variant index:int32 element_shape:int32 -> item:element_dtype ; {Typed}", s => Element(s, 2),
        (_, x) => [TensorList.Of(x[0]).Get((long)x[1].ToNumber(), ShapeOf(x[2]))]);

    internal static readonly Op SetItem = Make("TensorListSetItem", $"input_handle:variant index:int32 item:element_dtype -> output_handle:variant ; {Typed} resize_if_index_out_of_bounds:bool=false", _ => Shape.Scalar,
        (n, x) => [TensorList.Of(x[0]).Set((long)x[1].ToNumber(), x[2], n.Flag("resize_if_index_out_of_bounds")).AsVariant()]);

    internal static readonly Op PushBack = Make("TensorListPushBack", $"input_handle:variant tensor:element_dtype -> output_handle:variant ; {Typed}", _ => Shape.Scalar,
        (_, x) => [TensorList.Of(x[0]).Push(x[1]).AsVariant()]);

    internal static readonly Op PopBack = Make("TensorListPopBack", $"input_handle:variant element_shape:int32 -> output_handle:variant tensor:element_dtype ; {Typed}", s => [Shape.Scalar, Element(s, 1)],
        (_, x) => TensorList.Of(x[0]).Pop(ShapeOf(x[1])) is var (list, item) ? [list.AsVariant(), item] : []);

    internal static readonly Op Length = Make("TensorListLength", "input_handle:variant -> length:int32", _ => Shape.Scalar,
        (_, x) => [NDArray.Scalar(TensorList.Of(x[0]).Count, DType.Int32)]);

    internal static readonly Op ElementShape = Make("TensorListElementShape", "input_handle:variant -> element_shape:shape_type ; shape_type:index", _ => Shape.Unknown,
        (n, x) => [TensorList.Of(x[0]).Element is { HasRank: true } e ? ArrayOps.Numbers(e.Dims, n.Type("shape_type")) : NDArray.Scalar(-1, n.Type("shape_type"))]);

    internal static readonly Op Resize = Make("TensorListResize", "input_handle:variant size:int32 -> output_handle:variant", _ => Shape.Scalar,
        (_, x) => [TensorList.Of(x[0]).Resize((long)x[1].ToNumber()).AsVariant()]);

    internal static readonly Op Gather = Make("TensorListGather", $"input_handle:variant indices:int32 element_shape:int32 -> values:element_dtype ; {Typed}",
        s => Element(s, 2) is { HasRank: true } e ? Shape.Create([s[1].HasRank && s[1].Rank == 1 ? s[1][0] : Dim.Any, .. e]) : Shape.Unknown,
        (_, x) => [TensorList.Of(x[0]).Stack(Longs(x[1]), ShapeOf(x[2]))]);

    internal static readonly Op Scatter = Make("TensorListScatterV2", $"tensor:element_dtype indices:int32 element_shape:shape_type num_elements:int32 -> output_handle:variant ; {Shaped}", _ => Shape.Scalar,
        (n, x) =>
        {
            var (at, count) = (Longs(x[1]), (long)x[3].ToNumber());
            return [Put(TensorList.Reserve(n.Type("element_dtype"), ShapeOf(x[2]), count >= 0 ? count : at.DefaultIfEmpty(-1).Max() + 1), x[0], at)];
        });

    internal static readonly Op ScatterInto = Make("TensorListScatterIntoExistingList", $"input_handle:variant tensor:element_dtype indices:int32 -> output_handle:variant ; {Typed}", _ => Shape.Scalar,
        (_, x) => [Put(TensorList.Of(x[0]), x[1], Longs(x[2]))]);

    internal static readonly Op ScatterFirst = Make("TensorListScatter", $"tensor:element_dtype indices:int32 element_shape:shape_type -> output_handle:variant ; {Shaped}", _ => Shape.Scalar,
        (n, x) => [Put(TensorList.Reserve(n.Type("element_dtype"), ShapeOf(x[2]), Longs(x[1]).DefaultIfEmpty(-1).Max() + 1), x[0], Longs(x[1]))]);

    internal static readonly Op Split = Make("TensorListSplit", $"tensor:element_dtype element_shape:shape_type lengths:int64 -> output_handle:variant ; {Shaped}", _ => Shape.Scalar,
        (_, x) => [TensorList.Split(x[0], ShapeOf(x[1]), Longs(x[2])).AsVariant()]);

    internal static readonly Op Concat = Make("TensorListConcatV2", $"input_handle:variant element_shape:shape_type leading_dims:int64 -> tensor:element_dtype lengths:int64 ; {Shaped}",
        s => [Element(s, 1) is { HasRank: true, Rank: > 0 } e ? e.With(0, Dim.Any) : Shape.Unknown, [Dim.Any]],
        (_, x) => TensorList.Of(x[0]).Concat(ShapeOf(x[1]), Longs(x[2])) is var (all, lengths) ? [all, lengths] : []);

    static NDArray Put(TensorList list, NDArray rows, long[] at)
    {
        for (var i = 0; i < at.Length; i++) list = list.Set(at[i], rows.Rows(i, 1).Reshape(rows.Shape[1..]), grow: true);
        return list.AsVariant();
    }

    static Op Make(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, NDArray[], NDArray[]> run) => new(name, signature)
    {
        Shape = shape,
        NoGradient = NoGradient,
        Stateful = true,   // it is never folded: a list is no constant
        Kernel = k => k.Managed(run),
    };

    static long[] Longs(NDArray value) => [.. Enumerable.Range(0, value.Count).Select(i => (long)value.Number(i))];

    /// <summary>The shape that a tensor states: a number stands for an unknown rank.</summary>
    internal static Shape ShapeOf(NDArray value) => value.Shape.Rank == 0 ? Shape.Unknown : Shape.Create(Longs(value));

    static Shape Element(ShapeContext s, int input) => !s[input].HasRank || s[input].Rank != 1 || s.Value(input) is not { } dims ? Shape.Unknown : Shape.Create(dims);
}
