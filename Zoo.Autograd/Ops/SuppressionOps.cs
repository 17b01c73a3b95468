using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Non-maximum suppression: of boxes [y1, x1, y2, x2] that overlap the best ones are kept, the best first; of equal scores the first.</summary>
internal static class SuppressionOps
{
    const string Both = "boxes:T scores:T max_output_size:int32", Types = "T:float16|float32=float32", Thresholds = "T_threshold:float16|float32=float32";

    internal static readonly Op V1 = Select("NonMaxSuppression", "boxes:float32 scores:float32 max_output_size:int32 -> selected_indices:int32 ; iou_threshold:float=0.5", n => new((float)n.Float("iou_threshold")));
    internal static readonly Op V2 = Select("NonMaxSuppressionV2", $"{Both} iou_threshold:T_threshold -> selected_indices:int32 ; {Types} {Thresholds}", 3);
    internal static readonly Op V3 = Select("NonMaxSuppressionV3", $"{Both} iou_threshold:T_threshold score_threshold:T_threshold -> selected_indices:int32 ; {Types} {Thresholds}", 3, 4);
    internal static readonly Op V4 = Select("NonMaxSuppressionV4", $"{Both} iou_threshold:T_threshold score_threshold:T_threshold -> selected_indices:int32 valid_outputs:int32 ; {Types} {Thresholds} pad_to_max_output_size:bool=false", 3, 4);
    internal static readonly Op V5 = Select("NonMaxSuppressionV5", $"{Both} iou_threshold:T score_threshold:T soft_nms_sigma:T -> selected_indices:int32 selected_scores:T valid_outputs:int32 ; {Types} pad_to_max_output_size:bool=false", 3, 4, 5);
    internal static readonly Op WithOverlaps = Select("NonMaxSuppressionWithOverlaps", "overlaps:float32 scores:float32 max_output_size:int32 overlap_threshold:float32 score_threshold:float32 -> selected_indices:int32", 3, 4);

    internal static readonly Op Combined = new("CombinedNonMaxSuppression",
        "boxes:float32 scores:float32 max_output_size_per_class:int32 max_total_size:int32 iou_threshold:float32 score_threshold:float32 -> nmsed_boxes:float32 nmsed_scores:float32 nmsed_classes:float32 valid_detections:int32 ; pad_per_class:bool=false clip_boxes:bool=true")
    {
        Shape = s =>
        {
            var (boxes, scores) = (s.Rank(0, 4), s.Rank(1, 3));
            for (var i = 2; i < 6; i++) s.Rank(i, 0);
            if (boxes.HasRank && boxes[3] is not (4 or Dim.Any)) throw s.Fail($"a box has {boxes[3]} numbers", "Expected 4.");
            if (boxes.HasRank && scores.HasRank && boxes[2] >= 0 && scores[2] >= 0 && boxes[2] != 1 && boxes[2] != scores[2]) throw s.Fail($"there are boxes for {boxes[2]} classes and scores of {scores[2]}", "Expected boxes for each class, or one for all.");
            var batch = boxes.HasRank && scores.HasRank ? s.Same(boxes[0], scores[0], "the batches") : Dim.Any;
            if (boxes.HasRank && scores.HasRank) s.Same(boxes[1], scores[1], "the numbers of boxes");
            var total = s.Flag("pad_per_class") ? s.Known(2) is [{ } each] && s.Known(3) is [{ } most] && scores.HasRank && scores[2] >= 0 ? Math.Min(most, each * scores[2]) : Dim.Any : s.Known(3) is [{ } number] ? number : Dim.Any;
            return [Shape.Create([batch, total, 4]), Shape.Create([batch, total]), Shape.Create([batch, total]), Shape.Create([batch])];
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed(PerClass),
    };

    static Op Select(string name, string signature, params int[] thresholds) => Select(name, signature, v => new(
        (float)v[thresholds[0]].ToNumber(), thresholds.Length > 1 ? (float)v[thresholds[1]].ToNumber() : float.MinValue, thresholds.Length > 2 ? (float)v[thresholds[2]].ToNumber() : 0));

    static Op Select(string name, string signature, Func<Node, Limits> limits) => Select(name, signature, (n, _) => limits(n));

    static Op Select(string name, string signature, Func<NDArray[], Limits> limits) => Select(name, signature, (_, v) => limits(v));

    static Op Select(string name, string signature, Func<Node, NDArray[], Limits> limits) => new(name, signature)
    {
        Shape = s =>
        {
            var (boxes, overlaps) = (s.Rank(0, 2), name == "NonMaxSuppressionWithOverlaps");
            s.Rank(1, 1);
            for (var i = 2; i < s.Count; i++) s.Rank(i, 0);
            if (boxes.HasRank && (overlaps ? boxes[0] >= 0 && boxes[1] >= 0 && boxes[0] != boxes[1] : boxes[1] is not (4 or Dim.Any))) throw s.Fail($"the {(overlaps ? "overlaps" : "boxes")} are {boxes}", overlaps ? "Expected a square matrix." : "Expected 4 numbers for each.");
            if (boxes.HasRank && s[1].HasRank) s.Same(boxes[0], s[1][0], "the numbers of boxes and scores");
            var size = s.Has("pad_to_max_output_size") && s.Flag("pad_to_max_output_size") && s.Known(2) is [{ } most] ? Shape.Create([most]) : ShapeContext.OfRank(1);
            return name switch { "NonMaxSuppressionV4" => [size, Shape.Scalar], "NonMaxSuppressionV5" => [size, size, Shape.Scalar], _ => size };
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, v) =>
        {
            var (boxes, scores, most) = (v[0], v[1], Math.Max(0, (int)v[2].ToNumber()));
            var kept = Keep(scores.Count, i => (float)scores.Number(i), Overlap(n, boxes), most, limits(n, v));
            var size = n.Attrs.Has("pad_to_max_output_size") && n.Flag("pad_to_max_output_size") ? most : kept.Count;
            var (places, values) = (NDArray.Zeros([size], DType.Int32), NDArray.Zeros([size], scores.DType));
            for (var i = 0; i < kept.Count; i++)
            {
                places.SetNumber(i, kept[i].Place);
                values.SetNumber(i, kept[i].Score);
            }
            var count = NDArray.Scalar(kept.Count, DType.Int32);
            return n.Outputs.Length switch { 1 => [places], 2 => [places, count], _ => [places, values, count] };
        }),
    };

    readonly record struct Limits(float Overlap, float Score = float.MinValue, float Sigma = 0);

    static Func<int, int, float> Overlap(Node n, NDArray boxes)
    {
        if (n.Op == WithOverlaps) return (i, j) => (float)boxes.Number(i * (int)boxes.Shape[1] + j);
        return (i, j) => Union(c => (float)boxes.Number(i * 4 + c), c => (float)boxes.Number(j * 4 + c));
    }

    /// <summary>The part of their union that two boxes share; corners come in any order.</summary>
    static float Union(Func<int, float> a, Func<int, float> b)
    {
        var (top, left, bottom, right) = Ordered(a);
        var (y1, x1, y2, x2) = Ordered(b);
        float first = (bottom - top) * (right - left), second = (y2 - y1) * (x2 - x1);
        if (first <= 0 || second <= 0) return 0;
        var both = Math.Max(Math.Min(bottom, y2) - Math.Max(top, y1), 0) * Math.Max(Math.Min(right, x2) - Math.Max(left, x1), 0);
        return both / (first + second - both);

        static (float, float, float, float) Ordered(Func<int, float> c) => (Math.Min(c(0), c(2)), Math.Min(c(1), c(3)), Math.Max(c(0), c(2)), Math.Max(c(1), c(3)));
    }

    /// <summary>
    /// The best box is taken, and again, as long as its overlap with those taken is within the limit. With a sigma an overlap lowers a box's score instead (Bodla and others, Soft-NMS).
    /// </summary>
    static List<(int Place, float Score)> Keep(int count, Func<int, float> score, Func<int, int, float> overlap, int most, Limits limits)
    {
        var waiting = new PriorityQueue<(int Place, float Score, int Seen), (float, int)>();
        for (var i = 0; i < count; i++)
            if (score(i) > limits.Score) waiting.Enqueue((i, score(i), 0), (-score(i), i));
        var kept = new List<(int Place, float Score)>();
        while (kept.Count < most && waiting.TryDequeue(out var next, out _))
        {
            var (now, hard) = (next.Score, false);
            for (var j = kept.Count - 1; j >= next.Seen && !hard && (now == next.Score || now > limits.Score); j--)
            {
                var shared = overlap(next.Place, kept[j].Place);
                hard = limits.Sigma <= 0 && shared > limits.Overlap;
                if (limits.Sigma > 0) now *= shared <= limits.Overlap ? MathF.Exp(-0.5f / limits.Sigma * shared * shared) : 0;
            }
            if (hard) continue;
            if (now == next.Score) kept.Add((next.Place, now));
            else if (now > limits.Score) waiting.Enqueue((next.Place, now, kept.Count), (-now, next.Place));
        }
        return kept;
    }

    /// <summary>Each class on its own, then the best of all.</summary>
    static NDArray[] PerClass(Node n, NDArray[] v)
    {
        var (boxes, scores, each, total) = (v[0], v[1], (int)v[2].ToNumber(), (int)v[3].ToNumber());
        Limits limits = new((float)v[4].ToNumber(), (float)v[5].ToNumber());
        int batch = (int)scores.Shape[0], count = (int)scores.Shape[1], classes = (int)scores.Shape[2], q = (int)boxes.Shape[2];
        if (n.Flag("pad_per_class")) total = Math.Min(total, each * classes);
        var (outBoxes, outScores, outClasses, valid) = (NDArray.Zeros([batch, total, 4]), NDArray.Zeros([batch, total]), NDArray.Zeros([batch, total]), NDArray.Zeros([batch], DType.Int32));
        for (var b = 0; b < batch; b++)
        {
            var found = Enumerable.Range(0, classes).SelectMany(c => Keep(count, i => (float)scores.Number((b * count + i) * classes + c), (i, j) => Union(k => Corner(i, c, k), k => Corner(j, c, k)), each, limits).Select(x => (Class: c, x.Place, x.Score)))
                .OrderByDescending(x => x.Score).Take(total).ToArray();
            valid.SetNumber(b, found.Length);
            for (var i = 0; i < found.Length; i++)
            {
                outScores.SetNumber(b * total + i, found[i].Score);
                outClasses.SetNumber(b * total + i, found[i].Class);
                for (var k = 0; k < 4; k++) outBoxes.SetNumber((b * total + i) * 4 + k, n.Flag("clip_boxes") ? Math.Clamp(Corner(found[i].Place, found[i].Class, k), 0, 1) : Corner(found[i].Place, found[i].Class, k));
            }

            float Corner(int i, int c, int k) => (float)boxes.Number(((b * count + i) * q + (q > 1 ? c : 0)) * 4 + k);
        }
        return [outBoxes, outScores, outClasses, valid];
    }
}
