using Zoo.Autograd;
using Zoo.Autograd.Ops;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static OpVariant[] Reductions(params (string, object)[] extra) =>
    [
        V([D(3, 4), I(1)], extra), V([D(3, 4), I(0)], extra), V([D(2, 3, 4), I(0, 2)], extra), V([D(2, 3, 4), I(-1)], [.. extra, ("keep_dims", true)]),
        V([D(3, 4), I(0, 1)], extra), V([D(3, 4), I()], extra), V([D(2, 3, 4), I(1, 2)], [.. extra, ("keep_dims", true)]), V([D(37, 41), I(0)], extra),
    ];

    static (string, object)[] Window(int stride, string padding, int dilation = 1, long[]? pads = null) =>
        [("strides", new long[] { 1, stride, stride, 1 }), ("padding", padding), ("dilations", new long[] { 1, dilation, dilation, 1 }), .. pads is null ? [] : new (string, object)[] { ("explicit_paddings", pads) }];

    static (string, object)[] Deep(int stride, string padding, int dilation = 1) =>
        [("strides", new long[] { 1, stride, stride, stride, 1 }), ("padding", padding), ("dilations", new long[] { 1, dilation, dilation, dilation, 1 })];

    /// <summary>Picture, filter and result of convolutions: steps, paddings, dilation, groups.</summary>
    static readonly (long[] X, long[] W, long[] Y, (string, object)[] Attrs)[] convolutions =
    [
        ([2, 6, 5, 3], [3, 3, 3, 4], [2, 4, 3, 4], Window(1, "VALID")),
        ([2, 6, 5, 3], [3, 3, 3, 4], [2, 6, 5, 4], Window(1, "SAME")),
        ([2, 6, 5, 3], [2, 2, 3, 4], [2, 6, 5, 4], Window(1, "SAME")),
        ([2, 7, 6, 2], [3, 2, 2, 3], [2, 4, 3, 3], Window(2, "SAME")),
        ([2, 7, 6, 2], [3, 2, 2, 3], [2, 3, 3, 3], Window(2, "VALID")),
        ([2, 6, 5, 2], [1, 1, 2, 3], [2, 6, 5, 3], Window(1, "VALID")),
        ([2, 8, 7, 3], [3, 3, 3, 2], [2, 4, 3, 2], Window(1, "VALID", 2)),
        ([2, 8, 7, 3], [3, 2, 3, 2], [2, 8, 7, 2], Window(1, "SAME", 2)),
        ([2, 9, 8, 3], [3, 2, 3, 2], [2, 3, 3, 2], Window(2, "VALID", 2)),
        ([2, 6, 5, 4], [3, 3, 2, 6], [2, 4, 3, 6], Window(1, "VALID")),
        ([2, 6, 5, 4], [3, 3, 1, 4], [2, 3, 3, 4], Window(2, "SAME")),
        ([2, 7, 7, 4], [3, 3, 2, 4], [2, 7, 7, 4], Window(1, "SAME", 2)),
        ([2, 6, 5, 3], [3, 3, 3, 2], [2, 5, 7, 2], Window(1, "EXPLICIT", 1, [0, 0, 1, 0, 2, 2, 0, 0])),
    ];

    /// <summary>The same over three axes.</summary>
    static readonly (long[] X, long[] W, long[] Y, (string, object)[] Attrs)[] deep =
    [
        ([2, 4, 5, 3, 2], [2, 3, 2, 2, 3], [2, 3, 3, 2, 3], Deep(1, "VALID")),
        ([2, 4, 5, 3, 2], [3, 2, 2, 2, 3], [2, 4, 5, 3, 3], Deep(1, "SAME")),
        ([2, 5, 4, 3, 2], [3, 2, 3, 2, 3], [2, 3, 2, 2, 3], Deep(2, "SAME")),
        ([2, 5, 6, 5, 2], [2, 3, 2, 2, 2], [2, 3, 2, 3, 2], Deep(1, "VALID", 2)),
        ([2, 4, 3, 3, 4], [2, 2, 2, 2, 6], [2, 2, 2, 2, 6], Deep(2, "SAME")),
        ([2, 5, 4, 3, 4], [2, 1, 2, 1, 4], [2, 5, 4, 3, 4], Deep(1, "SAME", 2)),
    ];

    /// <summary>The same with filters for each channel.</summary>
    static readonly (long[] X, long[] W, long[] Y, (string, object)[] Attrs)[] depthwise =
    [
        ([2, 6, 5, 3], [3, 2, 3, 2], [2, 4, 4, 6], Window(1, "VALID")),
        ([2, 6, 5, 3], [3, 2, 3, 1], [2, 6, 5, 3], Window(1, "SAME")),
        ([2, 7, 6, 2], [3, 3, 2, 3], [2, 4, 3, 6], Window(2, "SAME")),
        ([2, 8, 7, 2], [3, 2, 2, 2], [2, 4, 5, 4], Window(1, "VALID", 2)),
        ([2, 6, 5, 3], [2, 2, 3, 2], [2, 6, 3, 6], [("strides", new long[] { 1, 1, 2, 1 }), ("padding", "SAME")]),
        ([2, 6, 5, 2], [3, 3, 2, 1], [2, 5, 7, 2], Window(1, "EXPLICIT", 1, [0, 0, 1, 0, 2, 2, 0, 0])),
    ];

    static readonly (string, object)[][] pools =
    [
        [("ksize", new long[] { 1, 2, 2, 1 }), ("strides", new long[] { 1, 2, 2, 1 }), ("padding", "VALID")],
        [("ksize", new long[] { 1, 3, 3, 1 }), ("strides", new long[] { 1, 1, 1, 1 }), ("padding", "SAME")],
        [("ksize", new long[] { 1, 2, 3, 1 }), ("strides", new long[] { 1, 2, 1, 1 }), ("padding", "SAME")],
        [("ksize", new long[] { 1, 3, 2, 1 }), ("strides", new long[] { 1, 2, 2, 1 }), ("padding", "VALID")],
        [("ksize", new long[] { 1, 3, 3, 1 }), ("strides", new long[] { 1, 2, 2, 1 }), ("padding", "SAME")],
    ];

    /// <summary>The shapes of [2, 6, 7, 3] after these.</summary>
    static readonly long[][] pooled = [[2, 3, 3, 3], [2, 6, 7, 3], [2, 3, 7, 3], [2, 2, 3, 3], [2, 3, 4, 3]];

    /// <summary>The first input after max pooling: what the gradient ops are given beside it.</summary>
    static Derived Pooled(long[] shape, (string, object)[] attrs) => new(Shape.Create(shape), values =>
    {
        var x = StateOps.Input("x", values[0].Shape, values[0].DType);
        var (size, strides) = (((long[])attrs[0].Item2)[1..^1], ((long[])attrs[1].Item2)[1..^1]);
        return OpRun.Run([x], [Spatial.Pool(x, true, size, strides, (string)attrs[2].Item2)], [values[0]])[0];
    });

    static readonly (string, object)[] explicitly = [("ksize", new long[] { 1, 2, 2, 1 }), ("strides", new long[] { 1, 2, 2, 1 }), ("padding", "EXPLICIT"), ("explicit_paddings", new long[] { 0, 0, 1, 0, 0, 1, 0, 0 })];

    /// <summary>The places of the maxima.</summary>
    static Derived Places(long[] shape, (string, object)[] attrs) => new(Shape.Create(shape), values =>
    {
        var x = StateOps.Input("x", values[0].Shape, DType.Float64);
        return OpRun.Run([x], [PoolOps.MaxPoolWithArgmax.Node([x], [.. attrs, ("Targmax", DType.Int64)]).Outputs[1]], [values[0].Cast(DType.Float64)])[0];
    });

    static (string, object)[] Cube(int size, int stride, string padding) =>
        [("ksize", new long[] { 1, size, size, size, 1 }), ("strides", new long[] { 1, stride, stride, stride, 1 }), ("padding", padding)];

    static readonly (string, object)[][] cubes = [Cube(2, 2, "VALID"), Cube(3, 1, "SAME"), Cube(2, 1, "SAME"), Cube(3, 2, "SAME"), Cube(2, 1, "VALID")];

    /// <summary>The shapes of [2, 4, 5, 3, 2] after these.</summary>
    static readonly long[][] cubed = [[2, 2, 2, 1, 2], [2, 4, 5, 3, 2], [2, 4, 5, 3, 2], [2, 2, 3, 2, 2], [2, 3, 4, 2, 2]];

    /// <summary>Rows of probabilities: non-negative numbers that add up to 1.</summary>
    static Derived Rows(long rows, long columns) => new([rows, columns], values =>
    {
        var result = NDArray.Zeros([rows, columns], values[0].DType);
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, (1 + i % columns * (i / columns + 1) % 5) / 10.0);
        for (var r = 0; r < rows; r++)
        {
            var sum = Enumerable.Range(0, (int)columns).Sum(c => result.Number(r * (int)columns + c));
            for (var c = 0; c < columns; c++) result.SetNumber(r * (int)columns + c, result.Number(r * (int)columns + c) / sum);
        }
        return result;
    });

    static Dictionary<string, OpVariant[]> Networks() => new()
    {
        ["Sum"] = Reductions(),
        ["Mean"] = Reductions(),
        ["Max"] = Reductions(),
        ["Min"] = Reductions(),
        ["Prod"] = [.. Reductions().Where(v => ((Data)v.Inputs[0]).Shape[0] < 37)],
        ["All"] = Reductions(),
        ["Any"] = Reductions(),
        ["ArgMax"] = [V(D(3, 4), N(1)), V([D(2, 3, 4), N(0)], ("output_type", DType.Int32)), V(D(7), N(-1))],
        ["ArgMin"] = [V(D(3, 4), N(1)), V([D(2, 3, 4), N(0)], ("output_type", DType.Int32)), V(D(7), N(-1))],
        ["MatMul"] =
        [
            V(D(3, 4), D(4, 5)), V([D(3, 4), D(5, 4)], ("transpose_b", true)), V([D(4, 3), D(4, 5)], ("transpose_a", true)),
            V([D(4, 3), D(5, 4)], ("transpose_a", true), ("transpose_b", true)), V(D(0, 4), D(4, 5)), V(D(33, 70), D(70, 20)),
        ],
        ["BatchMatMulV2"] =
        [
            V(D(2, 3, 4), D(2, 4, 5)), V([D(2, 3, 4), D(2, 5, 4)], ("adj_y", true)), V([D(2, 4, 3), D(2, 4, 5)], ("adj_x", true)), V([D(2, 4, 3), D(2, 5, 4)], ("adj_x", true), ("adj_y", true)),
            V(D(3, 4), D(2, 4, 5)), V(D(2, 1, 3, 4), D(5, 4, 2)),
        ],
        ["BiasAdd"] = [V(D(3, 4), D(4)), V(D(2, 3, 3, 4), D(4)), V(D(2, 1, 3, 1, 5), D(5)), V(D(0, 4), D(4))],
        ["BiasAddGrad"] = [V(D(3, 4)), V(D(2, 3, 3, 4)), V(D(2, 1, 3, 1, 5)), V(D(0, 4))],
        ["Softmax"] = [V(D(3, 4)), V(D(2, 3, 4)), V(D(5)), V(D(2, 1, 3, 1, 2))],
        ["LogSoftmax"] = [V(D(3, 4)), V(D(2, 3, 4)), V(D(5)), V(D(2, 1, 3, 1, 2))],
        ["LeakyRelu"] = [V(D(3, 4)), V([D(37, 41)], ("alpha", .3)), V([D(3, 4)], ("alpha", 0.0))],
        ["LeakyReluGrad"] = [V(D(3, 4), D(3, 4)), V([D(37, 41), D(37, 41)], ("alpha", .3))],
        ["Conv2D"] = [.. convolutions.Select(c => V([D(c.X), D(c.W)], c.Attrs))],
        ["Conv3D"] = [.. deep.Select(c => V([D(c.X), D(c.W)], c.Attrs))],
        ["Conv3DBackpropInputV2"] = [.. deep.Select(c => V([I([.. c.X.Select(d => (int)d)]), D(c.W), D(c.Y)], c.Attrs))],
        ["Conv3DBackpropFilterV2"] = [.. deep.Select(c => V([D(c.X), I([.. c.W.Select(d => (int)d)]), D(c.Y)], c.Attrs))],
        ["DepthwiseConv2dNative"] = [.. depthwise.Select(c => V([D(c.X), D(c.W)], c.Attrs))],
        ["DepthwiseConv2dNativeBackpropInput"] = [.. depthwise.Select(c => V([I([.. c.X.Select(d => (int)d)]), D(c.W), D(c.Y)], c.Attrs))],
        ["DepthwiseConv2dNativeBackpropFilter"] = [.. depthwise.Select(c => V([D(c.X), I([.. c.W.Select(d => (int)d)]), D(c.Y)], c.Attrs))],
        ["Conv2DBackpropInput"] = [.. convolutions.Select(c => V([I([.. c.X.Select(d => (int)d)]), D(c.W), D(c.Y)], c.Attrs))],
        ["Conv2DBackpropFilter"] = [.. convolutions.Select(c => V([D(c.X), I([.. c.W.Select(d => (int)d)]), D(c.Y)], c.Attrs))],
        ["MaxPool"] = [.. pools.Select(p => V([D(2, 6, 7, 3)], p)), V([D(2, 6, 7, 37)], pools[4]), V([D(2, 6, 7, 3)], explicitly), V([D(3, 5, 4, 1)], pools[1]), V([D(1, 3, 3, 2)], pools[3]), V([D(1, 3, 3, 2)], pools[4])],
        ["MaxPoolGrad"] = [.. pools.Select((p, i) => V([D(2, 6, 7, 3), Pooled(pooled[i], p), D(pooled[i])], p) with { Smooth = false })],
        ["MaxPoolGradGrad"] = [.. pools.Select((p, i) => V([D(2, 6, 7, 3), Pooled(pooled[i], p), D(2, 6, 7, 3)], p) with { Smooth = false })],
        ["AvgPool"] = [.. pools.Select(p => V([D(2, 6, 7, 3)], p)), V([D(2, 6, 7, 37)], pools[4]), V([D(3, 5, 4, 1)], pools[1]), V([D(1, 3, 3, 2)], pools[3])],
        ["LRN"] = [V(D(2, 3, 2, 7)), V([D(1, 2, 2, 5)], ("depth_radius", 2), ("bias", 1.5), ("alpha", .3), ("beta", .75)), V([D(3, 1, 1, 2)], ("depth_radius", 1))],
        ["LRNGrad"] = [V([D(2, 3, 2, 7), D(2, 3, 2, 7), D(2, 3, 2, 7)]) with { Smooth = false }, V([D(3, 1, 1, 2), D(3, 1, 1, 2), D(3, 1, 1, 2)], ("depth_radius", 1)) with { Smooth = false }, V([D(1, 2, 2, 5), D(1, 2, 2, 5), D(1, 2, 2, 5)], ("depth_radius", 2), ("alpha", .3)) with { Smooth = false }],
        ["MaxPool3D"] = [.. cubes.Select(p => V([D(2, 4, 5, 3, 2) with { Distinct = true }], p)), V([D(1, 3, 3, 3, 1) with { Distinct = true }], cubes[1]), V([D(3, 2, 2, 2, 3) with { Distinct = true }], cubes[0])],
        ["MaxPool3DGrad"] = [.. cubes.Select((p, i) => V([D(2, 4, 5, 3, 2) with { Distinct = true }, Pooled(cubed[i], p), D(cubed[i])], p) with { Smooth = false })],
        ["MaxPool3DGradGrad"] = [.. cubes.Select((p, i) => V([D(2, 4, 5, 3, 2) with { Distinct = true }, Pooled(cubed[i], p), D(2, 4, 5, 3, 2)], p) with { Smooth = false })],
        ["AvgPool3D"] = [.. cubes.Select(p => V([D(2, 4, 5, 3, 2)], p)), V([D(1, 3, 3, 3, 1)], cubes[1]), V([D(3, 2, 2, 2, 3)], cubes[0])],
        ["AvgPool3DGrad"] = [.. cubes.Select((p, i) => V([I(2, 4, 5, 3, 2), D(cubed[i])], p))],
        ["MaxPoolWithArgmax"] = [.. pools.Select((p, i) => V([D(2, 6, 7, 3)], [.. p, ("Targmax", i % 2 == 0 ? DType.Int64 : DType.Int32), ("include_batch_in_index", i > 2)])), V([D(3, 5, 4, 1)], pools[1]), V([D(1, 3, 3, 2)], pools[3])],
        ["MaxPoolGradWithArgmax"] = [V([D(2, 6, 7, 3), D(pooled[0]), Places(pooled[0], [.. pools[0], ("include_batch_in_index", true)])], [.. pools[0], ("include_batch_in_index", true)]), .. pools.Select((p, i) => V([D(2, 6, 7, 3), D(pooled[i]), Places(pooled[i], p)], p))],
        ["MaxPoolGradGradWithArgmax"] = [V([D(2, 6, 7, 3), D(2, 6, 7, 3), Places(pooled[0], [.. pools[0], ("include_batch_in_index", true)])], [.. pools[0], ("include_batch_in_index", true)]), .. pools.Select((p, i) => V([D(2, 6, 7, 3), D(2, 6, 7, 3), Places(pooled[i], p)], p))],
        ["AvgPoolGrad"] = [.. pools.Select((p, i) => V([I(2, 6, 7, 3), D(pooled[i])], p))],
        ["FusedBatchNormV3"] =
        [
            V([D(6, 7, 5, 37), D([37], .5, 2), D(37), D(0), D(0)], ("T", DType.Float32)) with { Private = [3, 4, 5], Flat = [1, 2, 3, 4, 5] },
            V([D(3, 4, 2, 5), D([5], .5, 2), D(5), D(0), D(0)], ("T", DType.Float32)) with { Private = [3, 4, 5], Flat = [1, 2, 3, 4, 5] },
            V([D(3, 4, 2, 5), D([5], .5, 2), D(5), D(5), D([5], .5, 2)], ("exponential_avg_factor", .9), ("epsilon", .001), ("T", DType.Float32)) with { Private = [3, 4, 5], Flat = [1, 2, 3, 4, 5] },
            V([D(3, 4, 2, 5), D([5], .5, 2), D(5), new Fixed((float[])[.1f, 0, -.2f, .3f, 0]), new Fixed((float[])[1, .5f, 2, 1.5f, .7f])], ("is_training", false), ("T", DType.Float32)) with { Private = [3, 4, 5], Flat = [1, 2, 3, 4, 5] },
        ],
        ["FusedBatchNormGradV3"] =
        [
            V([D(3, 4, 2, 5), D(3, 4, 2, 5), D([5], .5, 2), new Fixed((float[])[.1f, 0, -.2f, .3f, 0]), new Fixed((float[])[1, .5f, 2, 1.5f, .7f]), new Fixed(NDArray.Scalar(0))], ("is_training", false), ("T", DType.Float32)) with { Private = [3, 4], Flat = [3, 4] },
            .. from shape in (Shape[])[[1, 2, 2, 3], [4, 1, 1, 3]] select V([D(shape, -2, 2), D(shape, -2, 2), D([3], .5, 2), F(.1f, 0, -.2f), F(1, .5f, 2), new Fixed(NDArray.Scalar(0))], ("is_training", false), ("T", DType.Float32)) with { Private = [3, 4], Flat = [3, 4] },
        ],
        ["SparseSoftmaxCrossEntropyWithLogits"] = [V(D(5, 4), Ix(4, 5)) with { Flat = [1] }, V(D(37, 11), Ix(11, 37)) with { Flat = [1] }, V(D(1, 3), Ix(3, 1)) with { Flat = [1] }],
        ["SoftmaxCrossEntropyWithLogits"] = [V(D(5, 4), Rows(5, 4)) with { Flat = [1] }, V(D(5, 4), Rows(1, 4)) with { Flat = [1] }, V(D(1, 4), Rows(5, 4)) with { Flat = [1] }],
        ["StatelessRandomUniformV2"] = Randoms(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16),
        ["StatelessRandomNormalV2"] = Randoms(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16),
        ["StatelessTruncatedNormalV2"] = Randoms(DType.Float32, DType.Float64, DType.Float16, DType.BFloat16),
        ["StatelessRandomUniformFullIntV2"] = Randoms(DType.Int32, DType.Int64, DType.UInt32, DType.UInt64),
        ["StatelessRandomUniformIntV2"] = [.. from dtype in new[] { DType.Int32, DType.Int64 } from v in Randoms(dtype) select v with { Inputs = [.. v.Inputs, new Fixed(NDArray.Scalar(-3, dtype)), new Fixed(NDArray.Scalar(1000, dtype))] }],
    };

    static OpVariant[] Randoms(params DType[] dtypes) =>
    [
        .. from dtype in dtypes
           from counter in new ulong[][] { [0, 0], [ulong.MaxValue - 1, 7] }
           from shape in new int[][] { [5], [37, 41], [] }
           select V([I(shape), new Fixed(new ulong[] { 0x9E3779B97F4A7C15 }), new Fixed(counter), N(1)], ("dtype", dtype)),
    ];
}
