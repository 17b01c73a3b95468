using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// SSD's last layer (Liu et al., 2016): of where boxes are moved to [batch, 4 · boxes], the scores of classes [batch, boxes · classes] and the default boxes [1, 2, 4 · boxes], of which the first row counts, it makes detections
/// [1, 1, detections, 7]: number of the picture, class, score, left, top, right, bottom. Where nothing is found, one row for each picture has −1 behind its number. Of boxes that overlap the best stays, by SSD's own rule:
/// one whose right or lower edge lies before the other overlaps none.
/// </summary>
/// <param name="numClasses">The number of classes, the background among them.</param>
[KerasObject(Package = "caffe")]
public sealed class DetectionOutput(int numClasses) : Layer
{
    /// <summary>The number of classes.</summary>
    public int NumClasses { get; } = numClasses > 0 ? numClasses : throw new ArgumentException($"DetectionOutput: {numClasses} classes were asked for. Expected a positive number.");

    /// <summary>Whether a box is moved to the same place for all classes.</summary>
    public bool ShareLocation { get; init; } = true;

    /// <summary>The class that is no detection; -1 for none.</summary>
    public int BackgroundLabel { get; init; }

    /// <summary>How moves are written: <c>corner</c>, <c>center_size</c> or <c>corner_size</c>.</summary>
    public string CodeType { get; init; } = "corner";

    /// <summary>Whether variances are in the moves already.</summary>
    public bool VarianceEncoded { get; init; }

    /// <summary>Detections of a class go that overlap a better one by more.</summary>
    public double NmsThreshold { get; init; } = 0.3;

    /// <summary>The threshold is multiplied by it at each detection of a class, while it is above 0.5.</summary>
    public double Eta { get; init => field = value is > 0 and <= 1 ? value : throw new ArgumentException($"DetectionOutput: eta {value} is out of range. Expected a number above 0, at most 1."); } = 1;

    /// <summary>How many boxes of a class are looked at; -1 for all.</summary>
    public int TopK { get; init; } = -1;

    /// <summary>How many detections of a picture are kept; -1 for all.</summary>
    public int KeepTopK { get; init; } = -1;

    /// <summary>Scores that are no larger are no detections.</summary>
    public double ConfidenceThreshold { get; init; } = float.MinValue;

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        if (x.Count < 3 || !x[2].Shape[1..].IsKnown) throw new ShapeException($"the inputs have shapes {string.Join(", ", x.Select(v => v.Shape))}. Expected moves, scores and default boxes of known sizes.");
        var count = (int)(x[2].Shape[2] / 4);
        var sets = ShareLocation ? 1 : NumClasses;
        var boxes = Moved(A.Reshape(x[0], [Dim.Any, count, sets, 4]), A.Reshape(x[2][..1], [2, count, 4]));
        var scores = A.Transpose(A.Reshape(x[1], [Dim.Any, count, NumClasses]), 0, 2, 1);
        if (BackgroundLabel >= 0) scores = A.Where(A.Equal(A.ExpandDims(A.Range(NumClasses), 1), A.Constant(BackgroundLabel, DType.Int32)), A.Constant(float.MinValue), scores);
        // The best of each class and their boxes: [batch, classes, k], … 4].
        if (TopK >= 0) count = Math.Min(count, Math.Max(1, TopK));
        var (best, places) = A.TopK(scores, count);
        boxes = ShareLocation ? A.Gather(boxes[.., .., 0], places, axis: 1, batchDims: 1) : A.Gather(A.Transpose(boxes, 0, 2, 1, 3), places, axis: 2, batchDims: 2);
        var kept = A.Reshape(Kept(boxes, best, count), [Dim.Any, NumClasses * (long)count]);
        best = A.Reshape(best, [Dim.Any, NumClasses * (long)count]);
        if (TopK == 0 || KeepTopK >= 0)
            kept = A.LogicalAnd(kept, A.Less(A.Argsort(A.Argsort(A.Where(kept, best, A.Constant(float.MinValue)), descending: true)), A.Constant(TopK == 0 ? 0 : KeepTopK, DType.Int32)));
        return Rows(boxes, best, kept, count);
    }

    /// <summary>Which boxes [batch, classes, k, 4], the best first, are detections: those above the least score that overlap no better detection.</summary>
    Variable Kept(Variable boxes, Variable scores, int count)
    {
        var enough = A.Greater(scores, A.Constant(ConfidenceThreshold, scores.DType));
        var places = A.Range(count);
        var threshold = A.ZerosLike(scores[.., .., 0]) + NmsThreshold;
        return A.Scan((state, entry) =>
        {
            var clashes = A.LogicalAnd(state[0], A.Greater(Overlap(A.ExpandDims(entry[0], 2), boxes), A.ExpandDims(state[1], 2)));
            var keep = A.LogicalAnd(entry[1], A.LogicalNot(A.Any(clashes, -1)));
            var kept = A.LogicalOr(state[0], A.LogicalAnd(A.ExpandDims(keep, 2), A.Equal(places, entry[2])));
            return ([kept, A.Where(A.LogicalAnd(keep, A.Greater(state[1], A.Constant(0.5, state[1].DType))), state[1] * Eta, state[1])], []);
        }, [A.ZerosLike(enough), threshold], [A.Transpose(boxes, 2, 0, 1, 3), A.Transpose(enough, 2, 0, 1), places]).States[0];
    }

    /// <summary>The part that two boxes share of what they cover.</summary>
    static Variable Overlap(Variable a, Variable b)
    {
        static Variable Edge(Variable box, int i) => box[.., .., .., i];
        static Variable Within(Variable x) => A.Maximum(x, 0);
        static Variable Size(Variable box) => Within(Edge(box, 2) - Edge(box, 0)) * Within(Edge(box, 3) - Edge(box, 1));
        var both = Within(A.Minimum(Edge(a, 2), Edge(b, 2)) - A.Maximum(Edge(a, 0), Edge(b, 0))) * Within(A.Minimum(Edge(a, 3), Edge(b, 3)) - A.Maximum(Edge(a, 1), Edge(b, 1)));
        return A.DivNoNan(both, Size(a) + Size(b) - both);
    }

    /// <summary>Default boxes moved: [batch, boxes, 1 or classes, 4].</summary>
    Variable Moved(Variable moves, Variable priors)
    {
        var (prior, variance) = (A.ExpandDims(priors[0], 1), A.ExpandDims(priors[1], 1));   // [boxes, 1, 4]
        if (!VarianceEncoded) moves *= variance;
        if (CodeType == "corner") return prior + moves;
        var (low, high) = (prior[.., .., ..2], prior[.., .., 2..]);
        var size = high - low;
        if (CodeType == "corner_size") return prior + moves * A.Concat([size, size]);
        if (CodeType != "center_size") throw new ShapeException($"the code type '{CodeType}' is not known. Expected corner, center_size or corner_size.");
        var middle = moves[.., .., .., ..2] * size + (low + high) / 2;
        var half = A.Exp(moves[.., .., .., 2..]) * size / 2;
        return A.Concat([middle - half, middle + half]);
    }

    /// <summary>One row for each detection: by picture, then class, then score, as boxes and scores lie here.</summary>
    static Variable Rows(Variable boxes, Variable scores, Variable kept, int count)
    {
        var picture = A.Cast(A.ExpandDims(A.Range(A.SizeOf(scores, 0)), 1), scores.DType);   // [batch, 1]
        Variable Column(Variable v) => A.Reshape(v + A.ZerosLike(scores), [Dim.Any, 1]);
        var classes = A.FloorDiv(A.Range((int)scores.Shape[1]), A.Constant(count, DType.Int32));
        var rows = A.Concat([Column(picture), Column(A.Cast(classes, scores.DType)), Column(scores), A.Reshape(boxes, [Dim.Any, 4])], axis: 1);
        var none = A.Concat([picture, A.ZerosLike(picture) - A.Constant(NDArray.Full([1, 6], 1))], axis: 1);   // [batch, 7]
        var nothing = A.LogicalAnd(A.LogicalNot(A.Any(kept)), A.Equal(picture[.., 0], picture[.., 0]));
        return A.Reshape(A.BooleanMask(A.Concat([rows, none], axis: 0), A.Concat([A.Reshape(kept, [Dim.Any]), nothing], axis: 0)), [1, 1, Dim.Any, 7]);
    }
}
