using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>Which layers of a net are read: those that the rules of phase, level and stage take, without what only training needs.</summary>
sealed class CaffePlan
{
    static readonly HashSet<string> Sources = ["Input", "Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "AnnotatedData", "VideoData"];
    static readonly HashSet<string> Sinks = ["Accuracy", "Silence", "HDF5Output", "DetectionEvaluate"];

    readonly HashSet<string> used;

    CaffePlan(List<LayerParameter> layers, HashSet<string> used, List<string> outputs) => (Layers, this.used, Outputs) = (layers, used, outputs);

    public IReadOnlyList<LayerParameter> Layers { get; }

    /// <summary>Blobs that no layer takes after the last one that gives them; what is silenced does not count.</summary>
    public IReadOnlyList<string> Outputs { get; }

    public bool IsSource(LayerParameter layer) => Sources.Contains(layer.Type) && !Net.Caffe.IsOwn(layer.Type);

    /// <summary>Whether a layer takes a blob.</summary>
    public bool IsUsed(string blob) => used.Contains(blob);

    static bool IsSink(LayerParameter layer) => (Sinks.Contains(layer.Type) || layer.Type.EndsWith("Loss", StringComparison.Ordinal)) && !Net.Caffe.IsOwn(layer.Type);

    public static CaffePlan Of(CaffeFile file, CaffeOptions options, List<string> warnings)
    {
        var net = file.Net;
        var all = Inputs(net).Concat(net.Layer.Where(l => Taken(l, net, options))).ToList();
        Name(all, file.Where, warnings);
        var layers = all.FindAll(l => !IsSink(l));
        var used = layers.SelectMany(l => l.Bottom).ToHashSet();
        var (open, made) = (new Dictionary<string, int>(), 0);
        foreach (var layer in all)
        {
            if (layer.Type == "Silence" || !IsSink(layer)) foreach (var bottom in layer.Bottom) open.Remove(bottom);
            if (IsSink(layer)) continue;
            foreach (var top in layer.Top)
            {
                open.Remove(top);
                if (!Sources.Contains(layer.Type)) open[top] = made++;
            }
        }
        return new(layers, used, [.. open.OrderBy(o => o.Value).Select(o => o.Key)]);
    }

    /// <summary>Gives each layer a name of its own; inputs are named as their blobs.</summary>
    static void Name(List<LayerParameter> layers, string where, List<string> warnings)
    {
        var taken = layers.Where(l => Sources.Contains(l.Type)).SelectMany(l => l.Top).ToHashSet();
        foreach (var layer in layers.Where(l => !Sources.Contains(l.Type)))
        {
            var (wished, n) = (layer.Name.Length > 0 ? layer.Name : layer.Type, 0);
            for (layer.Name = wished; !taken.Add(layer.Name); layer.Name = $"{wished}_{n}") n++;
            if (n > 0) warnings.Add($"{where}: several layers are named '{wished}'; one is called '{layer.Name}' here.");
        }
    }

    /// <summary>Layers for the inputs that a net declares in the older forms.</summary>
    static IEnumerable<LayerParameter> Inputs(NetParameter net)
    {
        for (var i = 0; i < net.Input.Count; i++)
        {
            LayerParameter layer = new() { Name = net.Input[i], Type = "Input", Top = { net.Input[i] }, InputParam = new() };
            if (i < net.InputShape.Count) layer.InputParam.Shape.Add(net.InputShape[i]);
            else if (4 * i + 4 <= net.InputDim.Count) layer.InputParam.Shape.Add(new BlobShape { Dim = { net.InputDim.Skip(4 * i).Take(4).Select(d => (long)d) } });
            yield return layer;
        }
    }

    static bool Taken(LayerParameter layer, NetParameter net, CaffeOptions options)
    {
        var phase = options.TrainPhase ? Phase.Train : Phase.Test;
        if (layer.Include.Count == 0 && layer.Exclude.Count == 0) return !layer.HasPhase || layer.Phase == phase;
        return layer.Include.Count > 0 ? layer.Include.Any(Meets) : !layer.Exclude.Any(Meets);

        bool Meets(NetStateRule rule)
        {
            var (level, stages) = (options.Level ?? net.State?.Level ?? 0, options.Stages ?? [.. net.State?.Stage ?? []]);
            return (!rule.HasPhase || rule.Phase == phase) && (!rule.HasMinLevel || level >= rule.MinLevel) && (!rule.HasMaxLevel || level <= rule.MaxLevel)
                && rule.Stage.All(stages.Contains) && !rule.NotStage.Any(stages.Contains);
        }
    }

    /// <summary>The shape of what a source gives, with the batch; null where the file does not say it.</summary>
    public Shape? Shape(LayerParameter source, int top, List<string> warnings, string where)
    {
        if (source.Type == "Input")
        {
            var shapes = source.InputParam?.Shape;
            return shapes is null or { Count: 0 } ? null : Autograd.Shape.Create([.. shapes[Math.Min(top, shapes.Count - 1)].Dim]);
        }
        if (source.MemoryDataParam is { } memory) return top > 0 ? [memory.BatchSize] : [memory.BatchSize, memory.Channels, memory.Height, memory.Width];
        var (crop, image) = (source.TransformParam?.CropSize ?? 0, source.ImageDataParam);
        if (crop == 0) crop = source.DataParam?.CropSize ?? source.ImageDataParam?.CropSize ?? source.WindowDataParam?.CropSize ?? 0;
        var (height, width) = crop > 0 ? (crop, crop) : (image?.NewHeight ?? 0, image?.NewWidth ?? 0);
        if (top > 0 || height == 0 || width == 0) return null;
        var gray = source.TransformParam?.ForceGray == true || image?.IsColor == false;
        if (!gray && image is null) warnings.Add($"{where}: layer '{source.Name}' does not say its number of channels; 3 are taken. CaffeOptions.InputShapes gives others.");
        return [1, gray ? 1 : 3, height, width];
    }
}
