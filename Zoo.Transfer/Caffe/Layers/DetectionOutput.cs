using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Caffe.Layers;

/// <summary>
/// SSD's last layer (Liu et al., 2016): of where boxes are moved to [batch, 4 · boxes], the scores of classes [batch, boxes · classes] and the default boxes [1, 2, 4 · boxes], of which the first row counts, it makes detections
/// [1, 1, detections, 7]: number of the picture, class, score, left, top, right, bottom. Where nothing is found, one row for each picture has −1 behind its number.
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
        var scores = A.Reshape(x[1], [Dim.Any, count, NumClasses]);
        if (BackgroundLabel >= 0 && BackgroundLabel < NumClasses) scores = A.Where(A.Equal(A.Range(NumClasses), A.Constant(BackgroundLabel, DType.Int32)), A.Constant(float.MinValue), scores);
        if (TopK > 0 && TopK < count)
        {
            // The best of each class, and their boxes: [batch, classes, k] …
            var (best, places) = A.TopK(A.Transpose(scores, 0, 2, 1), A.Constant(TopK, DType.Int32));
            var all = ShareLocation ? A.Tile(boxes, 1, 1, NumClasses, 1) : boxes;
            boxes = A.Transpose(A.Gather(A.Transpose(all, 0, 2, 1, 3), places, axis: 2, batchDims: 2), 0, 2, 1, 3);
            (scores, count) = (A.Transpose(best, 0, 2, 1), TopK);
        }
        var most = KeepTopK > 0 ? KeepTopK : checked(count * NumClasses);
        var kept = SuppressionOps.Combined.Call(
            [boxes, scores, A.Constant(count, DType.Int32), A.Constant(most, DType.Int32), A.Constant(NmsThreshold), A.Constant(ConfidenceThreshold)], Attrs.Of(("clip_boxes", false)));
        return Rows(kept.Outputs[0], kept.Outputs[1], kept.Outputs[2], kept.Outputs[3], most);
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

    /// <summary>One row for each detection: by picture, then class, then score.</summary>
    static Variable Rows(Variable boxes, Variable scores, Variable classes, Variable found, int most)
    {
        var there = A.Less(A.Range(most), A.ExpandDims(found, 1));   // [batch, most]
        // Sorted by class; the scores of a class stay in their order.
        var (_, order) = A.TopK(A.Where(there, -classes, A.Constant(float.MinValue)), A.Constant(most, DType.Int32));
        var batch = A.SizeOf(scores, 0);
        var picture = A.Cast(A.ExpandDims(A.Range(batch), 1), DType.Float32) + A.ZerosLike(scores);
        Variable Column(Variable v) => A.ExpandDims(A.Gather(v, order, axis: 1, batchDims: 1), 2);
        var rows = A.Reshape(A.Concat([A.ExpandDims(picture, 2), Column(classes), Column(scores), A.Gather(boxes, order, axis: 1, batchDims: 1)]), [Dim.Any, 7]);
        var none = A.Concat([picture[.., ..1], A.ZerosLike(picture[.., ..1]) - A.Constant(NDArray.Full([1, 6], 1))]);   // [batch, 7]
        var nothing = A.Equal(A.Sum(found), A.Constant(0, DType.Int32));
        var counts = A.Concat([A.Reshape(there, [Dim.Any]), A.LogicalAnd(nothing, A.Equal(found, found))], axis: 0);
        return A.Reshape(A.BooleanMask(A.Concat([rows, none], axis: 0), counts), [1, 1, Dim.Any, 7]);
    }
}
