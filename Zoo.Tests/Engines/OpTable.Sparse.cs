using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    /// <summary>Places of a sparse tensor, in order.</summary>
    static readonly Fixed places = L2(new long[,] { { 0, 1 }, { 0, 2 }, { 2, 0 }, { 2, 3 }, { 3, 1 } }), few = L2(new long[,] { { 1, 0 }, { 2, 3 } }), deep3 = L2(new long[,] { { 0, 0, 1 }, { 0, 2, 0 }, { 1, 1, 1 }, { 1, 2, 1 } });

    static Fixed P(params long[] values) => new(values);

    static OpVariant[] Triples(Func<OpInput[], OpVariant> make) => [make([places, D(5), P(4, 5)]), make([few, D(2), P(3, 4)]), make([deep3, D(4), P(2, 3, 2)])];

    static OpVariant[] SegmentGradients() => [V(D(2, 3), Fed(4, 0, 1), Fed(0, 0, 1), N(5)), V(D(3, 2), Fed(1, 1, 2, 3), Fed(0, 1, 1, 2), N(4)), V(D(1, 2, 2), Fed(0, 2), Fed(0, 0), N(3))];

    static OpVariant[] SegmentCounts() => [V(D(5, 2), Fed(4, 0, 1), Fed(0, 0, 1), N(3)), V(D(4, 3), Fed(1, 1, 2, 3), Fed(0, 1, 1, 2), N(3)), V(D(3, 2, 2), Fed(0, 2), Fed(0, 2), N(4))];

    static OpVariant[] FakeQuants(params OpInput[] limits) =>
        [.. from shape in new Shape[] { [7, 4], [2, 3, 4], [4] } from narrow in new[] { false, true } from bits in new[] { 8, 4 } select V([D(shape, -3, 3), .. limits], ("num_bits", bits), ("narrow_range", narrow)) with { Smooth = false }];

    static OpVariant[] FakeQuantGradients(params OpInput[] limits) =>
        [.. from shape in new Shape[] { [7, 4], [2, 3, 4], [4] } from narrow in new[] { false, true } select V([D(shape, -2, 2), D(shape, -3, 3), .. limits], ("num_bits", 8), ("narrow_range", narrow)) with { Smooth = false }];

    static Fixed Floats(params float[] values) => new(values);

    static IEnumerable<OpVariant> Dequantizations(Func<Shape, int, OpInput[]> inputs, bool bits, bool modes) =>
        from form in new (Shape Shape, int Axis)[] { ([7, 4], -1), ([2, 3, 4], -1), ([3, 4], 1), ([3, 2], 0) }
        from signed in new[] { true, false }
        from given in new[] { true, false }
        where !(modes && given && form.Axis >= 0)   // TensorFlow's shape rule wants a limit for each channel there, and its kernel one for all: it runs neither
        from narrow in new[] { false, true }
        from mode in modes ? new[] { "HALF_TO_EVEN", "HALF_UP" } : [""]
        select V(inputs(form.Shape, form.Axis), [("signed_input", signed), ("range_given", given), ("narrow_range", narrow), ("axis", form.Axis), .. bits ? new (string, object)[] { ("num_bits", 5) } : [], .. modes ? new (string, object)[] { ("round_mode", mode) } : []]) with { Smooth = false };

    static OpInput Limit(Shape shape, int axis, double value) => axis < 0 ? T(value) : new Derived([shape[axis]], before => OpCase.Fill([shape[axis]], before[0].DType, () => value));

    static OpVariant[] Cells(bool sequence, int less = 0, params (string, object)[] attrs)
    {
        OpInput[] Inputs(long steps, long batch, long given, long units) =>
            [.. sequence ? new OpInput[] { new Fixed(NDArray.Scalar(steps - less, DType.Int64)), D(steps, batch, given) } : [D(batch, given)], D(batch, units), D(batch, units), D([given + units, 4 * units], -.5, .5), D(units), D(units), D(units), D(4 * units)];
        return [.. from sizes in new[] { (3L, 2L, 3L, 2L), (2, 1, 2, 4), (4, 3, 1, 1) } from peep in new[] { false, true } select V(Inputs(sizes.Item1, sizes.Item2, sizes.Item3, sizes.Item4), [("use_peephole", peep), .. attrs]) with { Private = less > 0 ? [0, 2, 3, 4, 5] : [] }];   // beyond the last step TensorFlow fills only memories and states
    }

    static Dictionary<string, OpVariant[]> Sparses() => new()
    {
        ["SparseToDense"] =
        [
            V(places, P(4, 5), D(5), T(0)), V(P(1, 3), P(4), D(2), T(1)), V(new Fixed(NDArray.Scalar(2, DType.Int64)), P(5), D(), T(0)), V([L2(new long[,] { { 1, 0, 1 } }), P(2, 1, 3), D(1), T(1)], ("validate_indices", false)), V(places, P(4, 5), D(), T(1)),
            V(I(1, 3), I(4), D(2), T(1)),
        ],
        ["SparseTensorDenseMatMul"] =
        [
            V(places, D(5), P(4, 5), D(5, 3)), V([places, D(5), P(4, 5), D(4, 3)], ("adjoint_a", true)), V([places, D(5), P(4, 5), D(3, 5)], ("adjoint_b", true)), V([few, D(2), P(3, 4), D(2, 3)], ("adjoint_a", true), ("adjoint_b", true)),
        ],
        ["SparseTensorDenseAdd"] = [V(places, D(5), P(4, 5), D(4, 5)), V(few, D(2), P(3, 4), D(3, 4)), V(deep3, D(4), P(2, 3, 2), D(2, 3, 2))],
        ["SparseDenseCwiseAdd"] = [V(places, D(5), P(4, 5), D(4, 5)), V(few, D(2), P(3, 4), D(4)), V(deep3, D(4), P(2, 3, 2), D(3, 1))],
        ["SparseDenseCwiseMul"] = [V(places, D(5), P(4, 5), D(4, 5)), V(few, D(2), P(3, 4), D(4)), V(deep3, D(4), P(2, 3, 2), D(3, 1))],
        ["SparseDenseCwiseDiv"] = [V(places, D(5), P(4, 5), D([4, 5], 1, 3)), V(few, D(2), P(3, 4), D([4], 1, 3)), V(deep3, D(4), P(2, 3, 2), D([3, 1], 1, 3))],
        ["SparseSoftmax"] = Triples(x => V(x)),
        ["SparseReduceSum"] = [V(places, D(5), P(4, 5), I(1)), V([few, D(2), P(3, 4), I(0)], ("keep_dims", true)), V(deep3, D(4), P(2, 3, 2), I(-1, 0)), V(places, D(5), P(4, 5), I(0, 1))],
        ["SparseFillEmptyRowsGrad"] = [V(P(0, 2, 1), D(5)), V(P(1), D(2)), V(P(0, 1, 2, 3), D(6))],
        ["SparseMatMul"] = [V([D(3, 4), D(4, 2)], ("a_is_sparse", true)), V([D(4, 3), D(4, 2)], ("transpose_a", true), ("b_is_sparse", true)), V([D(3, 4), D(2, 4)], ("transpose_b", true))],
        ["SparseSegmentSumWithNumSegments"] = SegmentCounts(),
        ["SparseSegmentMeanWithNumSegments"] = SegmentCounts(),
        ["SparseSegmentSqrtNWithNumSegments"] = SegmentCounts(),
        ["SparseSegmentSumGrad"] = SegmentGradients(),
        ["SparseSegmentMeanGrad"] = SegmentGradients(),
        ["SparseSegmentSqrtNGrad"] = SegmentGradients(),
        ["SparseReorder"] = [V(L2(new long[,] { { 2, 0 }, { 0, 1 }, { 2, 3 }, { 0, 0 } }), D(4), P(4, 5)), V(L2(new long[,] { { 1 }, { 0 } }), D(2), P(3)), V(deep3, D(4), P(2, 3, 2))],
        ["SparseReshape"] = [V(places, P(4, 5), P(2, 10)), V(few, P(3, 4), P(-1)), V(deep3, P(2, 3, 2), P(3, -1))],
        ["SparseConcat"] = [V([places, few, D(5), D(2), P(4, 5), P(3, 5)], ("concat_dim", 0), ("N", 2)), V([places, few, D(5), D(2), P(4, 5), P(4, 4)], ("concat_dim", -1), ("N", 2)), V([deep3, deep3, D(4), D(4), P(2, 3, 2), P(2, 4, 2)], ("concat_dim", 1), ("N", 2))],
        ["SparseSlice"] = [V(places, D(5), P(4, 5), P(1, 0), P(3, 2)), V(few, D(2), P(3, 4), P(2, 1), P(9, 9)), V(deep3, D(4), P(2, 3, 2), P(0, 1, 0), P(2, 2, 1))],
        ["SparseSplit"] = [V([new Fixed(NDArray.Scalar(1, DType.Int64)), places, D(5), P(4, 5)], ("num_split", 2)), V([new Fixed(NDArray.Scalar(0, DType.Int64)), few, D(2), P(3, 4)], ("num_split", 3)), V([new Fixed(NDArray.Scalar(2, DType.Int64)), deep3, D(4), P(2, 3, 2)], ("num_split", 1))],
        ["SparseFillEmptyRows"] = [V(places, D(5), P(5, 5), T(1)), V(few, D(2), P(3, 4), T(0)), V(deep3, D(4), P(4, 3, 2), D())],
        ["RaggedRange"] = [V(I(0, 5, 8), I(3, 5, 12), N(1)), V(N(0), I(3, 5), N(2)), V([T(1), T(4), T(.5)], ("T", DType.Float32)), V([I(5, 0), I(0, 7), I(-2, 3)], ("Tsplits", DType.Int32))],
        ["RaggedTensorToSparse"] = [V([L(0, 2, 2, 5), D(5)], ("RAGGED_RANK", 1)), V([L(0, 1, 3), L(0, 2, 2, 3), D(3)], ("RAGGED_RANK", 2)), V([L(0, 2, 3), D(3, 2)], ("RAGGED_RANK", 1))],

        ["StatelessRandomGetKeyCounter"] = [V(Fed(1, 2)), V(new Fixed(new[] { -5L, long.MaxValue })), V(L(0, 0))],
        ["StatelessRandomGetKeyCounterAlg"] = [V(Fed(1, 2)), V(new Fixed(new[] { -5L, long.MaxValue })), V(L(0, 0))],
        ["StatelessRandomGetAlg"] = [V()],
        ["StatelessRandomUniform"] = Drawn(DType.Float32, DType.Float64),
        ["StatelessRandomNormal"] = Drawn(DType.Float32, DType.Float64),
        ["StatelessTruncatedNormal"] = Drawn(DType.Float32, DType.Float64),
        ["StatelessRandomUniformFullInt"] = Drawn(DType.Int32, DType.Int64, DType.UInt32, DType.UInt64),
        ["StatelessRandomUniformInt"] = [.. from type in new[] { DType.Int32, DType.Int64 } from shape in new[] { I(3, 5), I(7), I() } select V([shape, L(5, -9), new Fixed(NDArray.Scalar(-3, type)), new Fixed(NDArray.Scalar(1000, type))], ("dtype", type))],

        ["FakeQuantWithMinMaxArgs"] = [.. FakeQuants(), V([D([9], -1, 1)], ("min", -.3), ("max", .7)) with { Smooth = false }],
        ["FakeQuantWithMinMaxArgsGradient"] = [.. FakeQuantGradients(), V([D(9), D([9], -1, 1)], ("min", -.3), ("max", .7)) with { Smooth = false }],
        ["FakeQuantWithMinMaxVars"] = [.. FakeQuants(new Fixed(NDArray.Scalar(-1.3)), new Fixed(NDArray.Scalar(2.1))), V(D(5), new Fixed(NDArray.Scalar(0)), new Fixed(NDArray.Scalar(0))) with { Smooth = false }, V(D(5), new Fixed(NDArray.Scalar(.5)), new Fixed(NDArray.Scalar(2))) with { Smooth = false }],
        ["FakeQuantWithMinMaxVarsGradient"] = FakeQuantGradients(new Fixed(NDArray.Scalar(-1.3)), new Fixed(NDArray.Scalar(2.1))),
        ["FakeQuantWithMinMaxVarsPerChannel"] = FakeQuants(Floats(-1, -.5f, -2, 0), Floats(1, 2, .25f, 3)),
        ["FakeQuantWithMinMaxVarsPerChannelGradient"] = FakeQuantGradients(Floats(-1, -.5f, -2, 0), Floats(1, 2, .25f, 3)),
        ["QuantizeAndDequantizeV2"] = [.. Dequantizations((s, axis) => [D(s, -3, 3), Limit(s, axis, -1.5), Limit(s, axis, 2.25)], bits: true, modes: true)],
        ["QuantizeAndDequantizeV3"] = [.. Dequantizations((s, axis) => [D(s, -3, 3), Limit(s, axis, -1.5), Limit(s, axis, 2.25), N(6)], bits: false, modes: false)],
        ["QuantizeAndDequantizeV4"] = [.. Dequantizations((s, axis) => [D(s, -3, 3), Limit(s, axis, -1.5), Limit(s, axis, 2.25)], bits: true, modes: true)],
        ["QuantizeAndDequantizeV4Grad"] = [.. from form in new (Shape Shape, int Axis)[] { ([7, 4], -1), ([3, 4], 1), ([3, 2], 0) } select V([D(form.Shape, -2, 2), D(form.Shape, -3, 3), Limit(form.Shape, form.Axis, -1.5), Limit(form.Shape, form.Axis, 2.25)], ("axis", form.Axis)) with { Smooth = false }],

        ["LSTMBlockCell"] = [.. Cells(false), .. Cells(false, 0, ("forget_bias", 0.0), ("cell_clip", -1.0))],
        ["BlockLSTM"] = [.. Cells(true), .. Cells(true, 1, ("forget_bias", .5), ("cell_clip", 0.0))],
        ["BlockLSTMV2"] = [.. Cells(true), .. Cells(true, 1)],
        ["GRUBlockCell"] = [.. from sizes in new[] { (2L, 3L, 2L), (1, 2, 4), (3, 1, 1) } let both = sizes.Item2 + sizes.Item3 select V(D(sizes.Item1, sizes.Item2), D(sizes.Item1, sizes.Item3), D([both, 2 * sizes.Item3], -.5, .5), D([both, sizes.Item3], -.5, .5), D(2 * sizes.Item3), D(sizes.Item3))],
        ["CTCGreedyDecoder"] = [.. from merge in new[] { true, false } from blank in new[] { -1, 0 } from form in new (Data Scores, Fixed Lengths)[] { (D(6, 3, 4), I(6, 4, 2)), (D(4, 1, 3), I(4)), (D(5, 2, 5), I(0, 5)) } select V([form.Scores, form.Lengths], ("merge_repeated", merge), ("blank_index", blank))],
        ["EncodeBase64"] = [V(W(40)), V([W(3, 4)], ("pad", true)), V(W())],
        ["DecodeBase64"] = [V(W([6], "YQ", "w6RiY2Q", "", "YWJj_-A")), V(W([2, 3], "YWI=", "YQ==", "YWJj")), V(W([], "AAEC"))],
        ["SerializeTensor"] = [V(new Fixed(new[,] { { 1f, 2 }, { 3, 4 } })), V(new Fixed(NDArray.Scalar(7, DType.Int64))), V(new Fixed(new[] { 1.5, 2 }))],
        ["ParseTensor"] = [.. from value in new NDArray[] { new[,] { { 1f, 2 }, { 3, 4 } }, NDArray.Scalar(7, DType.Int64), new[] { true, false } } select V([new Fixed(NDArray.From([Google.Protobuf.MessageExtensions.ToByteArray(Zoo.Autograd.Graph.AttrWriter.Write(value))], Shape.Scalar))], ("out_type", value.DType))],
        ["BatchMatrixBandPart"] = [.. from shape in new Shape[] { [4, 5], [2, 3, 3], [3, 3] } select V(D(shape, -2, 2), new Fixed(NDArray.Scalar(1, DType.Int64)), new Fixed(NDArray.Scalar(-1, DType.Int64)))],
        ["Lu"] = [V(D(4, 4)), V(D(2, 3, 3)), V(D(1, 1)), V([D(2, 3, 2, 2)], ("output_idx_type", DType.Int64))],
        ["InplaceUpdate"] = [V(D(5, 2), I(3, 0), D(2, 2)), V(D(4), I(1), D(1)), V(D(3, 2, 2), I(0, 1, 2), D(3, 2, 2))],
        ["InplaceAdd"] = [V(D(5, 2), I(3, 0), D(2, 2)), V(D(4), I(1), D(1)), V(D(3, 2, 2), I(0, 1, 2), D(3, 2, 2))],
        ["InplaceSub"] = [V(D(5, 2), I(3, 0), D(2, 2)), V(D(4), I(1), D(1)), V(D(3, 2, 2), I(0, 1, 2), D(3, 2, 2))],
        ["DataFormatDimMap"] = [V(Ix(4, 3)), V([Ix(4, 2, 2)], ("src_format", "NCHW"), ("dst_format", "NHWC")), V(I(-1, -2, 0))],
        ["DataFormatVecPermute"] = [V(Ix(9, 4)), V([Ix(9, 4, 2)], ("src_format", "NCHW"), ("dst_format", "NHWC")), V(Ix(9, 2))],
        ["Empty"] = [V([I(2, 3)], ("dtype", DType.Float32), ("init", true)), V([I()], ("dtype", DType.Int64), ("init", true)), V([I(4)], ("dtype", DType.Float64), ("init", true)), V([I(0, 2)], ("dtype", DType.Float64), ("init", false))],
        ["ParallelConcat"] = [V([D(1, 4), D(1, 4)], ("shape", Shape.Create([2, 4])), ("N", 2)), V([D(1), D(1), D(1)], ("shape", Shape.Create([3])), ("N", 3)), V([D(1, 2, 3)], ("shape", Shape.Create([1, 2, 3])), ("N", 1))],
        ["UnravelIndex"] = [V(Ix(24, 5), I(2, 3, 4)), V(Ix(6), I(2, 3)), V(Ix(5, 2), I(5))],
        ["MaxPoolV2"] = [.. from padding in new[] { "VALID", "SAME" } from form in new (Data Shape, Fixed Size, Fixed Stride)[] { (D(2, 5, 6, 3), I(1, 2, 2, 1), I(1, 2, 2, 1)), (D(1, 4, 4, 2), I(1, 3, 2, 1), I(1, 1, 2, 1)), (D(1, 3, 3, 1), I(1, 2, 2, 1), I(1, 1, 1, 1)) } select V([form.Shape with { Distinct = true }, form.Size, form.Stride], ("padding", padding)) with { OnlyKnown = true }],
    };

    static OpVariant[] Drawn(params DType[] types) => [.. from type in types from shape in new[] { I(3, 5), I(7), I() } select V([shape, L(5, -9)], ("dtype", type)), V([I(4), Fed(8, 1)], ("dtype", types[0]))];
}
