using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>BatchNorm, Scale, Bias, LRN, MVN, Normalize.</summary>
static class Normalizations
{
    public static Variable[] BatchNorm(CaffeLayer c)
    {
        var p = c.Settings.BatchNormParam ?? new();
        // where the file says so, the stored statistics are used in training too
        return [c.Apply(new BatchNormalization(1, Widened(p.MovingAverageFraction), Widened(p.Eps)) { Center = false, Scale = false }, c.Input, p.UseGlobalStats ? false : null)];
    }

    /// <summary>The double of the shortest text of a float: 1e-5, not 9.99999974e-6.</summary>
    static double Widened(float value) => double.Parse(value.ToString("R", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);

    public static Variable[] Scale(CaffeLayer c)
    {
        var p = c.Settings.ScaleParam ?? new();
        return [c.Apply(new ChannelScale(p.Axis, p.NumAxes) { UseBias = p.BiasTerm }, [.. c.Inputs])];
    }

    public static Variable[] Bias(CaffeLayer c)
    {
        var p = c.Settings.BiasParam ?? new();
        return [c.Apply(new ChannelScale(p.Axis, p.NumAxes) { UseScale = false, UseBias = true }, [.. c.Inputs])];
    }

    public static Variable[] LRN(CaffeLayer c)
    {
        var p = c.Settings.LrnParam ?? new();
        var (size, format) = (checked((int)p.LocalSize), DataFormat.ChannelsFirst);
        return [c.Apply(p.NormRegion == LRNParameter.Types.NormRegion.WithinChannel ? new WithinChannelLRN2D(size, p.Alpha, p.Beta) { DataFormat = format } : new LRN2D(p.Alpha, p.K, p.Beta, size) { DataFormat = format }, c.Input)];
    }

    public static Variable[] MVN(CaffeLayer c)
    {
        var p = c.Settings.MvnParam ?? new();
        return [c.Apply(new MVN(p.AcrossChannels, p.NormalizeVariance, p.Eps), c.Input)];
    }

    public static Variable[] Normalize(CaffeLayer c)
    {
        var p = c.Settings.NormParam ?? new();
        return [c.Apply(new Normalize(p.AcrossSpatial, p.ChannelShared, p.Eps) { ScaleInitializer = new Constant(p.ScaleFiller is { } f ? f.Value : 1) }, c.Input)];
    }
}
