using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    // lazy: fields of a partial class begin in no certain order
    static readonly Lazy<Dictionary<string, OpVariant[]>> structured = new(() => new[]
    {
        Arrays(),
        Images(),
        Files(),
        Functions(),
        Networks(),
        Composites(),
        Texts(),
        Matrices(),
        Selections(),
        Complexes(),
        Searches(),
        Sparses(),
    }.SelectMany(d => d).ToDictionary());

    static Dictionary<string, OpVariant[]> Arrays() => new()
    {
        ["Const"] = [V([], ("value", (NDArray)new[] { "a", "", "ä" }), ("dtype", DType.String)), V([], ("value", (NDArray)new[,] { { 1f, 2 }, { 3, 4 } }), ("dtype", DType.Float32)), V([], ("value", (NDArray)new[] { 5L }), ("dtype", DType.Int64))],
        ["AddN"] = [V(D(3, 4)), V(D(3, 4), D(3, 4)), V(D(3, 4), D(3, 4), D(3, 4), D(3, 4))],
        ["SelectV2"] = [V(D(3, 4), D(3, 4), D(3, 4)), V(D(3, 1), D(4), D(1, 4)), V(D(), D(3, 4), D())],
        ["Cast"] = [.. new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.UInt8, DType.Bool }.Select(to => V([D([3, 4], to == DType.UInt8 ? 0 : -3, 3)], ("DstT", to)) with { Smooth = to == DType.Float64 })],
        ["Bitcast"] = [V([D(3, 4)], ("type", DType.Int32)), V([D(3, 4)], ("type", DType.Float32)), V([D(3, 4)], ("type", DType.Int64)), V([D(3, 4)], ("type", DType.UInt64))],
        ["Identity"] = [V(D(3, 4)), V(D())],
        ["StopGradient"] = [V(D(3, 4))],
        ["CheckNumerics"] = [V([D(3, 4)], ("message", "bad"))],
        ["Shape"] = [V(D(3, 4)), V([D(2, 3, 4)], ("out_type", DType.Int64)), V(D())],
        ["Size"] = [V(D(3, 4)), V([D(2, 3, 4)], ("out_type", DType.Int64))],
        ["Rank"] = [V(D(3, 4)), V(D())],
        ["BroadcastGradientArgs"] = [V(I(3, 4), I(4)), V(I(3, 1), I(1, 4)), V(I(2, 5, 3), I(3)), V(I(), I(2, 3)), V(I(4), I(4))],
        ["Reshape"] = [V(D(3, 4), I(4, 3)), V(D(3, 4), I(-1, 2, 2)), V(D(2, 3, 4), I(-1)), V(D(1), I())],
        ["ExpandDims"] = [V(D(3, 4), N(0)), V(D(3, 4), N(1)), V(D(3, 4), N(-1))],
        ["Squeeze"] = [V(D(3, 1, 4, 1)) with { OnlyKnown = true }, V([D(3, 1, 4, 1)], ("squeeze_dims", new long[] { 1 })), V([D(3, 1, 4, 1)], ("squeeze_dims", new long[] { -1 })), V(D(1, 1)) with { OnlyKnown = true }, V([D(1, 5)], ("squeeze_dims", new long[] { 0 })), V([D(2, 1, 3, 1, 2)], ("squeeze_dims", new long[] { 1, -2 }))],
        ["Transpose"] = [V(D(3, 4), I(1, 0)), V(D(2, 3, 4), I(0, 2, 1)), V(D(2, 3, 4), I(2, 0, 1)), V(D(2, 3, 4), I(0, 1, 2)), V(D(2, 1, 3, 1, 2), I(4, 2, 0, 1, 3)), V(D(0, 4), I(1, 0)), V(D(), I())],
        ["BroadcastTo"] = [V(D(4), I(3, 4)), V(D(3, 1), I(3, 4)), V(D(), I(2, 3)), V(D(3, 4), I(3, 4))],
        ["Fill"] = [V(I(2, 3), T(1.5)), V(I(), T(2)), V(I(9, 10), D())],
        ["Range"] = [V(N(0), N(5), N(1)), V(N(7), N(1), N(-2)), V([T(.5), T(2), T(.25)], ("Tidx", DType.Float32))],

        ["Slice"] = [V(D(3, 4), I(0, 1), I(3, 2)), V(D(3, 4), I(0, 1), I(-1, 2)), V(D(3, 4), I(1, 0), I(2, -1)), V(D(2, 3, 4), I(0, 1, 1), I(-1, 1, 0))],
        ["StridedSlice"] =
        [
            V(D(5, 6), I(0, 1), I(5, 4), I(1, 1)), V(D(5, 6), I(1, 5), I(5, 0), I(2, -2)), V([D(5, 6), I(0, 1), I(0, 3), I(1, 1)], ("begin_mask", 1), ("end_mask", 1)),
            V([D(5, 6), I(0, -1), I(0, 0), I(1, 1)], ("begin_mask", 1), ("end_mask", 1), ("shrink_axis_mask", 2)), V([D(5, 6), I(2), I(3), I(1)], ("shrink_axis_mask", 1)),
            V([D(2, 3, 4), I(0, 1), I(0, 3), I(1, 1)], ("ellipsis_mask", 1)), V([D(2, 3, 4), I(0, 0, 1), I(0, 0, 2), I(1, 1, 1)], ("ellipsis_mask", 1), ("new_axis_mask", 2)),
            V([D(2, 3, 4), I(0, 0, -1), I(0, 0, -9), I(1, 1, -1)], ("new_axis_mask", 1), ("begin_mask", 2), ("end_mask", 2)), V(D(5, 6), I(4, 0), I(0, 99), I(-1, 3)), V(D(5, 6), I(3), I(2), I(1)),
        ],
        ["StridedSliceGrad"] =
        [
            V(I(5, 6), I(0, 1), I(5, 4), I(1, 1), D(5, 3)), V(I(5, 6), I(1, 5), I(5, 0), I(2, -2), D(2, 3)),
            V([I(5, 6), I(0, -1), I(0, 0), I(1, 1), D(5)], ("begin_mask", 1), ("end_mask", 1), ("shrink_axis_mask", 2)),
            V([I(2, 3, 4), I(0, 0, 1), I(0, 0, 2), I(1, 1, 1), D(2, 3, 1, 1)], ("ellipsis_mask", 1), ("new_axis_mask", 2)),
        ],
        ["Pad"] = [V(D(3, 4), M(new[,] { { 0, 0 }, { 1, 2 } })), V(D(3, 4), M(new[,] { { 2, 1 }, { 0, 0 } })), V(D(2, 1, 3, 1, 2), M(new[,] { { 1, 0 }, { 0, 0 }, { 2, 1 }, { 0, 1 }, { 0, 0 } })), V(D(0, 4), M(new[,] { { 1, 0 }, { 0, 2 } })), V(D(), M(new int[0, 2]))],
        ["PadV2"] = [V(D(3, 4), M(new[,] { { 0, 0 }, { 1, 2 } }), T(3)), V(D(2, 3, 4), M(new[,] { { 1, 0 }, { 0, 1 }, { 2, 0 } }), T(1)), V(D(2, 1, 3, 1, 2), M(new[,] { { 1, 0 }, { 0, 0 }, { 2, 1 }, { 0, 1 }, { 0, 0 } }), T(1)), V(D(0, 4), M(new[,] { { 1, 0 }, { 0, 2 } }), T(2))],
        ["MirrorPad"] = [.. from mode in new[] { "REFLECT", "SYMMETRIC" } from pads in new[] { new[,] { { 0, 0 }, { 1, 2 } }, new[,] { { 2, 1 }, { 0, 3 } } } select V([D(3, 4), M(pads)], ("mode", mode)), .. from mode in new[] { "REFLECT", "SYMMETRIC" } from shape in new Shape[] { [5], [2, 3, 4] } select V([D(shape, -2, 2), M(shape.Rank == 1 ? new[,] { { 4, 3 } } : new[,] { { 1, 0 }, { 0, 2 }, { 3, 1 } })], ("mode", mode))],
        ["MirrorPadGrad"] = [V([D(3, 7), M(new[,] { { 0, 0 }, { 1, 2 } })], ("mode", "REFLECT")), V([D(6, 7), M(new[,] { { 2, 1 }, { 0, 3 } })], ("mode", "SYMMETRIC")), V([D(12), M(new[,] { { 4, 3 } })], ("mode", "REFLECT")), V([D(13), M(new[,] { { 4, 4 } })], ("mode", "SYMMETRIC"))],
        ["ConcatV2"] = [V(D(3, 4), D(3, 2), N(1)), V(D(3, 4), D(2, 4), D(1, 4), N(0)), V(D(2, 3, 4), D(2, 1, 4), N(-2)), V(D(3, 4), D(0, 4), N(0)), V(D(5), D(2), N(0)), V(D(2, 1, 3, 1, 2), D(2, 1, 1, 1, 2), N(2)), V(D(0, 4), D(0, 4), N(1))],
        ["Pack"] = [V(D(3, 4), D(3, 4)), V([D(3, 4), D(3, 4), D(3, 4)], ("axis", 1)), V([D(3, 4), D(3, 4)], ("axis", -1)), V(D(), D())],
        ["Unpack"] = [V([D(3, 4)], ("num", 3)), V([D(3, 4)], ("num", 4), ("axis", 1)), V([D(2, 3, 4)], ("num", 4), ("axis", -1)), V([D(5)], ("num", 5)), V([D(2, 1, 3, 1, 2)], ("num", 3), ("axis", 2)), V([D(0, 4)], ("num", 4), ("axis", 1))],
        ["Split"] = [V([N(1), D(3, 4)], ("num_split", 2)), V([N(0), D(6, 4)], ("num_split", 3)), V([N(-1), D(2, 3, 4)], ("num_split", 4)), V([N(0), D(6)], ("num_split", 3)), V([N(2), D(2, 1, 4, 1, 2)], ("num_split", 2))],
        ["SplitV"] = [V([D(3, 4), I(1, 3), N(1)], ("num_split", 2)), V([D(6, 4), I(1, -1, 2), N(0)], ("num_split", 3)), V([D(3, 4), I(4, 0), N(-1)], ("num_split", 2))],
        ["Tile"] = [V(D(3, 4), I(2, 1)), V(D(3, 4), I(1, 3)), V(D(2, 3, 4), I(2, 1, 2)), V(D(2, 1, 3, 1, 2), I(1, 3, 1, 2, 1)), V(D(3, 4), I(0, 2)), V(D(), I())],
        ["ReverseV2"] = [V(D(3, 4), I(1)), V(D(2, 3, 4), I(0, -1)), V(D(3, 4), I())],
        ["GatherV2"] =
        [
            V(D(5, 4), Ix(5, 3), N(0)), V(D(3, 4), Ix(4, 2, 5), N(1)), V(D(3, 4), Ix(4), N(-1)), V([D(3, 5, 2), Ix(5, 3, 4), N(1)], ("batch_dims", 1)),
            V([D(3, 2, 5), Ix(5, 3, 4), N(2)], ("batch_dims", 1)), V([D(2, 3, 4, 2), Ix(4, 2, 3), N(2)], ("batch_dims", 2)), V(D(5, 4), Ix(5, 0), N(0)),
        ],
        ["UnsortedSegmentSum"] = [V(D(5, 4), Ix(3, 5), N(3)), V(D(2, 3, 4), Ix(7, 2, 3), N(7)), V(D(6), Ix(2, 6), N(4))],
        ["OneHot"] = [V([Ix(6, 5), N(4), T(1), T(0)]), V([Ix(4, 2, 3), N(4), T(2), T(-1)], ("axis", 1)), V([Ix(3, 2), N(3), T(1), T(0)], ("axis", 0)), V([Ix(4), N(4), T(1), T(0)])],
        ["Cumsum"] = [V(D(3, 4), N(1)), V([D(2, 3, 4), N(1)], ("exclusive", true)), V([D(3, 4), N(-1)], ("reverse", true)), V([D(3, 4), N(0)], ("reverse", true), ("exclusive", true)), V(D(5), N(0)), V(D(0, 4), N(1)), V(D(2, 1, 3, 1, 2), N(2))],
        ["Cumprod"] = [V(D(small, .5, 2), N(1)), V([D(cube, .5, 2), N(1)], ("exclusive", true)), V([D(small, .5, 2), N(0)], ("reverse", true), ("exclusive", true)), V(D([5], .5, 2), N(0))],
    };
}
