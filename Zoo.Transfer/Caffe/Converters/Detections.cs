using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>PriorBox and DetectionOutput; LSTM and RNN.</summary>
static class Detections
{
    public static Variable[] PriorBox(CaffeLayer c)
    {
        var p = c.Settings.PriorBoxParam ?? new();
        if (p.MinSize.Count == 0) throw new GraphException("it has no min_size");
        double[] variances = p.Variance.Count == 0 ? [0.1] : [.. p.Variance.Select(v => (double)v)];
        return [c.Apply(new PriorBox([.. p.MinSize.Select(v => (double)v)], [.. p.MaxSize.Select(v => (double)v)], [.. p.AspectRatio.Select(v => (double)v)], variances)
        {
            Flip = p.Flip,
            Clip = p.Clip,
            Offset = p.Offset,
            ImageSize = p.HasImgSize ? [checked((int)p.ImgSize), checked((int)p.ImgSize)] : [checked((int)p.ImgH), checked((int)p.ImgW)],
            Steps = p.HasStep ? [p.Step, p.Step] : [p.StepH, p.StepW],
        }, [.. c.Inputs])];
    }

    public static Variable[] DetectionOutput(CaffeLayer c)
    {
        var p = c.Settings.DetectionOutputParam ?? new();
        return [c.Apply(new DetectionOutput(checked((int)p.NumClasses))
        {
            ShareLocation = p.ShareLocation,
            BackgroundLabel = p.BackgroundLabelId,
            CodeType = p.CodeType switch { PriorBoxParameter.Types.CodeType.CenterSize => "center_size", PriorBoxParameter.Types.CodeType.CornerSize => "corner_size", _ => "corner" },
            VarianceEncoded = p.VarianceEncodedInTarget,
            NmsThreshold = p.NmsParam?.NmsThreshold ?? 0.3,
            Eta = p.NmsParam?.Eta ?? 1,
            TopK = p.NmsParam is { HasTopK: true } top ? top.TopK : -1,
            KeepTopK = p.KeepTopK,
            ConfidenceThreshold = p.HasConfidenceThreshold ? p.ConfidenceThreshold : float.MinValue,
        }, [.. c.Inputs])];
    }

    public static Func<CaffeLayer, Variable[]> Recurrent(string cell) => c =>
    {
        var p = c.Settings.RecurrentParam ?? new();
        return c.ApplyMany(new CaffeRecurrent(cell, checked((int)p.NumOutput)) { ExposeHidden = p.ExposeHidden }, [.. c.Inputs]);
    };
}
