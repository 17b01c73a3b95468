using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static readonly Derived manyBoxes = new([12, 4], _ =>
    {
        var random = new Random(8);
        return OpCase.Fill([12, 4], DType.Float32, () => random.Next(9) / 8.0);
    });

    /// <summary>Different scores, so that no engine chooses between equal ones.</summary>
    static Derived Ranked(Shape shape) => new(shape, before => OpCase.Fill(shape, before[0].DType, new Queue<double>(Enumerable.Range(0, (int)shape.Elements).OrderBy(i => i * 37 % 41).Select(i => (i + 1) / 64.0)).Dequeue));

    static Derived Overlaps => new([12, 12], _ => OpCase.Fill([12, 12], DType.Float32, new Random(2).NextDouble));

    static OpVariant[] Boxes(int thresholds, params (string, object)[] attrs) =>
        [.. from most in new[] { 3, 12, 0 } select V([manyBoxes, Ranked([12]), N(most), .. new OpInput[] { F1(.4f), F1(.1f), F1(most == 3 ? .5f : 0) }.Take(thresholds)], attrs) with { OnlyKnown = true }];

    static Fixed L2(long[,] values) => new(values);

    static OpVariant[] Ctc(bool blankFirst, params (string, object)[] attrs)
    {
        var shift = blankFirst ? 1 : 0;
        var places = L2(new long[,] { { 0, 0 }, { 0, 1 }, { 0, 2 }, { 1, 0 }, { 2, 0 } });
        return [V([D(6, 3, 4), places, I(shift, 1 + shift, 1 + shift, 2 + shift, shift), I(6, 4, 2)], attrs) with { Flat = [1], Smooth = true },
            V([D(4, 1, 3), L2(new long[,] { { 0, 0 } }), I(shift), I(4)], attrs) with { Flat = [1] }, V([D(5, 2, 5), L2(new long[,] { { 0, 0 }, { 1, 0 }, { 1, 1 } }), I(shift, 1 + shift, 2 + shift), I(3, 5)], attrs) with { Flat = [1] }];
    }

    static Dictionary<string, OpVariant[]> Searches() => new()
    {
        ["NonMaxSuppression"] = Boxes(0, ("iou_threshold", .3)),
        ["NonMaxSuppressionV2"] = Boxes(1),
        ["NonMaxSuppressionV3"] = Boxes(2),
        ["NonMaxSuppressionV4"] = [.. Boxes(2), .. Boxes(2, ("pad_to_max_output_size", true))],
        ["NonMaxSuppressionV5"] = [.. Boxes(3), .. Boxes(3, ("pad_to_max_output_size", true))],
        ["NonMaxSuppressionWithOverlaps"] = [.. from most in new[] { 3, 12, 1 } select V(Overlaps, Ranked([12]), N(most), F1(.4f), F1(.1f)) with { OnlyKnown = true }],
        ["CombinedNonMaxSuppression"] = [.. from q in new[] { 1, 3 } from padded in new[] { false, true } select V([D([2, 7, q, 4], 0, 1.2), Ranked([2, 7, 3]), N(3), N(5), F1(.3f), F1(.1f)], ("pad_per_class", padded), ("clip_boxes", q == 1)) with { OnlyKnown = true }],
        ["CTCLoss"] = [.. Ctc(false), .. Ctc(false, ("ctc_merge_repeated", false)), .. Ctc(false, ("preprocess_collapse_repeated", true)), .. Ctc(false, ("ignore_longer_outputs_than_inputs", true))],
        ["CTCLossV2"] = [.. Ctc(true), .. Ctc(true, ("ctc_merge_repeated", false)), .. Ctc(true, ("ignore_longer_outputs_than_inputs", true)), .. Ctc(true, ("preprocess_collapse_repeated", true))],
        ["StatelessRandomGammaV3"] = [.. from dtype in new[] { DType.Float32, DType.Float64, DType.Float16 }
            from alpha in new[] { NDArray.Scalar(2.5, dtype), NDArray.From(new[] { .3f, 1, 4 }).Cast(dtype) }
            select V([alpha.Shape.Rank == 0 ? I(40) : I(20, 3), new Fixed(new ulong[] { 0x9E3779B97F4A7C15 }), new Fixed(new ulong[] { 5, 7 }), N(1), new Fixed(alpha)], ("dtype", dtype))],
        ["EditDistance"] = [.. from normalize in new[] { true, false } from same in new[] { 0, 1 }
            select V([L2(new long[,] { { 0, 0 }, { 0, 1 }, { 0, 2 }, { 2, 0 } }), W([4], "a", "b"), L(3, 4), L2(new long[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 }, { 1, 2 } }), W([5], "a", "b"), L(3 + same, 3)], ("normalize", normalize))],
        ["UnicodeTranscode"] = [.. from encoding in new[] { "UTF-8", "UTF-16-BE", "UTF-32-BE" } select V([W(8)], ("input_encoding", "UTF-8"), ("output_encoding", encoding)), V([W(2, 4)], ("input_encoding", "UTF-8"), ("output_encoding", "UTF-8"), ("errors", "ignore"), ("replace_control_characters", true)), V([W([5], "a", "äß", "日本")], ("input_encoding", "UTF-8"), ("output_encoding", "UTF-16-BE"), ("errors", "strict"))],
        ["StringFormat"] = [V([W(3), Ix(90, 2, 9)], ("template", "a %s b %s"), ("T", new[] { DType.String, DType.Int32 })), V([Ix(9, 7), Ix(5)], ("template", "{}, {}."), ("placeholder", "{}"), ("T", new[] { DType.Int32, DType.Int32 })), V([Ix(9, 2, 2, 3)], ("template", "%s"), ("summarize", -1), ("T", new[] { DType.Int32 }))],
    };
}
