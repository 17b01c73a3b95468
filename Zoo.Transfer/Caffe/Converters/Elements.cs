using Zoo.Keras;
using Zoo.Keras.Torch;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe.Converters;

/// <summary>Layers that work on elements apart: activations, arithmetic, Dropout.</summary>
static class Elements
{
    public static Variable[] ReLU(CaffeLayer c) => [c.Apply(new ReLU { NegativeSlope = c.Settings.ReluParam?.NegativeSlope ?? 0 }, c.Input)];

    public static Variable[] PReLU(CaffeLayer c)
    {
        var p = c.Settings.PreluParam ?? new();
        var first = p.ChannelShared ? 1 : 2;
        return [c.Apply(new PReLU { AlphaInitializer = new Constant(p.Filler is { } f ? f.Value : 0.25), SharedAxes = [.. Enumerable.Range(first, Math.Max(0, c.Input.Shape.Rank - first))] }, c.Input)];
    }

    public static Variable[] ELU(CaffeLayer c) => [c.Apply(new ELU(c.Settings.EluParam?.Alpha ?? 1), c.Input)];

    public static Variable[] Swish(CaffeLayer c) => [c.Apply(new Swish(c.Settings.SwishParam?.Beta ?? 1), c.Input)];

    public static Func<CaffeLayer, Variable[]> Activation(string name) => c => [c.Apply(new Activation(name), c.Input)];

    public static Variable[] Softmax(CaffeLayer c) => [c.Apply(new Softmax(c.Settings.SoftmaxParam?.Axis ?? 1), c.Input)];

    public static Variable[] AbsVal(CaffeLayer c) => [c.Apply(new AbsoluteValue(), c.Input)];

    public static Variable[] Power(CaffeLayer c)
    {
        var p = c.Settings.PowerParam ?? new();
        return [c.Apply(new Power(p.Power, p.Scale, p.Shift), c.Input)];
    }

    public static Variable[] Exp(CaffeLayer c)
    {
        var p = c.Settings.ExpParam ?? new();
        return [c.Apply(new Exponential(p.Base, p.Scale, p.Shift), c.Input)];
    }

    public static Variable[] Log(CaffeLayer c)
    {
        var p = c.Settings.LogParam ?? new();
        return [c.Apply(new Logarithm(p.Base, p.Scale, p.Shift), c.Input)];
    }

    public static Variable[] Threshold(CaffeLayer c) => [c.Apply(new BinaryThreshold(c.Settings.ThresholdParam?.Threshold ?? 0), c.Input)];

    public static Variable[] Clip(CaffeLayer c)
    {
        var p = c.Settings.ClipParam ?? new();
        return p.HasMin && p.HasMax ? [c.Apply(new HardTanh(p.Min, p.Max), c.Input)] : throw new GraphException("it has no min or no max");
    }

    public static Variable[] Dropout(CaffeLayer c)
    {
        var p = c.Settings.DropoutParam ?? new();
        return p.ScaleTrain ? [c.Apply(new Dropout(p.DropoutRatio), c.Input)] : throw new GraphException("scale_train is false: it scales in tests. Expected dropout that scales in training");
    }

    public static Variable[] Eltwise(CaffeLayer c)
    {
        var p = c.Settings.EltwiseParam ?? new();
        if (c.Inputs.Count < 2) throw new GraphException($"it has {c.Inputs.Count} bottoms. Expected at least two");
        if (c.Inputs.Any(x => !x.Shape.Accepts(c.Inputs[0].Shape))) throw new GraphException($"its inputs have shapes {string.Join(", ", c.Inputs.Select(x => x.Shape))}. Expected equal ones");
        // Caffe refuses those of a product, and reads over those of a maximum.
        if (p.Coeff.Count > 0 && (p.Operation == EltwiseParameter.Types.EltwiseOp.Prod || p.Coeff.Count != c.Inputs.Count)) throw new GraphException($"it has {p.Coeff.Count} coefficients. Expected one for each of {c.Inputs.Count} inputs of a sum");
        Layer layer = p.Operation switch
        {
            EltwiseParameter.Types.EltwiseOp.Prod => new Multiply(),
            EltwiseParameter.Types.EltwiseOp.Max => new Maximum(),
            _ => p.Coeff.All(v => v == 1) ? new Add() : new WeightedSum([.. p.Coeff.Select(v => (double)v)]),
        };
        return [c.Apply(layer, [.. c.Inputs])];
    }
}
