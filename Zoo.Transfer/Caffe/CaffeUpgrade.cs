using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Layers of Caffe's two older forms in today's: V1 has types of an enum, V0 all settings in one message.</summary>
static class CaffeUpgrade
{
    public static LayerParameter Layer(V1LayerParameter old)
    {
        if (old.Layer is { } oldest) old = Layer(old, oldest);
        LayerParameter layer = new() { Name = old.Name, Type = TypeOf(old.Type) };
        layer.Bottom.Add(old.Bottom);
        layer.Top.Add(old.Top);
        layer.Blobs.Add(old.Blobs);
        layer.Include.Add(old.Include);
        layer.Exclude.Add(old.Exclude);
        layer.LossWeight.Add(old.LossWeight);
        for (var i = 0; i < Math.Max(old.Param.Count, Math.Max(old.BlobsLr.Count, old.WeightDecay.Count)); i++)
        {
            ParamSpec spec = new();
            if (i < old.Param.Count) spec.Name = old.Param[i];
            if (i < old.BlobShareMode.Count) spec.ShareMode = old.BlobShareMode[i];
            if (i < old.BlobsLr.Count) spec.LrMult = old.BlobsLr[i];
            if (i < old.WeightDecay.Count) spec.DecayMult = old.WeightDecay[i];
            layer.Param.Add(spec);
        }
        // The settings have the same names and messages in both forms.
        foreach (var field in V1LayerParameter.Descriptor.Fields.InDeclarationOrder())
            if (field.Name.EndsWith("_param", StringComparison.Ordinal) && field.Accessor.GetValue(old) is { } settings) LayerParameter.Descriptor.FindFieldByName(field.Name).Accessor.SetValue(layer, settings);
        return layer;
    }

    /// <summary>Today's name of a type: those of the enum differ in capitals only.</summary>
    static string TypeOf(V1LayerParameter.Types.LayerType type) => type switch
    {
        V1LayerParameter.Types.LayerType.None => "",
        V1LayerParameter.Types.LayerType.SoftmaxLoss => "SoftmaxWithLoss",
        _ => CaffeTypes.Spelled(type.ToString()),
    };

    /// <summary>In the oldest form zeros around a picture were a layer of their own: those who take its result pad themselves.</summary>
    public static IEnumerable<V1LayerParameter> WithoutPadding(IEnumerable<V1LayerParameter> layers)
    {
        var padded = new Dictionary<string, (string From, uint Width)>();
        foreach (var layer in layers)
        {
            if (layer.Layer is { Type: "padding" } padding && layer.Bottom.Count == 1 && layer.Top.Count == 1)
            {
                padded[layer.Top[0]] = (layer.Bottom[0], padding.Pad);
                continue;
            }
            if (layer.Layer is { Type: "conv" or "pool" } window && layer.Bottom.Count == 1 && padded.TryGetValue(layer.Bottom[0], out var source)) (layer.Bottom[0], window.Pad) = source;
            foreach (var top in layer.Top) padded.Remove(top);
            yield return layer;
        }
    }

    static V1LayerParameter Layer(V1LayerParameter outer, V0LayerParameter old)
    {
        V1LayerParameter layer = new() { Name = old.Name, Type = TypeOf(old.Type) };
        layer.Bottom.Add(outer.Bottom);
        layer.Top.Add(outer.Top);
        layer.Blobs.Add(old.Blobs);
        layer.BlobsLr.Add(old.BlobsLr);
        layer.WeightDecay.Add(old.WeightDecay);
        switch (layer.Type)
        {
            case V1LayerParameter.Types.LayerType.Convolution:
                layer.ConvolutionParam = new() { NumOutput = old.NumOutput, BiasTerm = old.Biasterm, Group = old.Group, KernelSize = { old.Kernelsize }, Stride = { old.Stride }, Pad = { old.Pad } };
                break;
            case V1LayerParameter.Types.LayerType.InnerProduct: layer.InnerProductParam = new() { NumOutput = old.NumOutput, BiasTerm = old.Biasterm }; break;
            case V1LayerParameter.Types.LayerType.Pooling: layer.PoolingParam = new() { Pool = old.Pool, KernelSize = old.Kernelsize, Stride = old.Stride, Pad = old.Pad }; break;
            case V1LayerParameter.Types.LayerType.Dropout: layer.DropoutParam = new() { DropoutRatio = old.DropoutRatio }; break;
            case V1LayerParameter.Types.LayerType.Lrn: layer.LrnParam = new() { LocalSize = old.LocalSize, Alpha = old.Alpha, Beta = old.Beta, K = old.K }; break;
            case V1LayerParameter.Types.LayerType.Concat: layer.ConcatParam = new() { ConcatDim = old.ConcatDim }; break;
            default:
                if (old.HasCropsize) layer.TransformParam = new() { CropSize = old.Cropsize };
                break;
        }
        return layer;
    }

    static V1LayerParameter.Types.LayerType TypeOf(string v0)
    {
        var name = v0 switch { "conv" => "convolution", "pool" => "pooling", "images" => "imagedata", var other => other.Replace("_", "") };
        return Enum.TryParse<V1LayerParameter.Types.LayerType>(name, ignoreCase: true, out var type) && Enum.IsDefined(type) ? type : V1LayerParameter.Types.LayerType.None;
    }
}
