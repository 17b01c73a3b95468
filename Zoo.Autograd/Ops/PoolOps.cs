using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Pooling, channels last, and maxima with their places.</summary>
internal static class PoolOps
{
    const string Argmax = "ksize:ints strides:ints Targmax:index padding:string include_batch_in_index:bool=false T:real";

    internal static readonly PoolFamily Two = new(2, "", "signed");
    internal static readonly PoolFamily Three = new(3, "3D", "float16|bfloat16|float32");

    internal static readonly Op MaxPool = Two.Max;
    internal static readonly Op AvgPool = Two.Mean;

    /// <summary>Maxima and where in the input, its axes flattened, each stood; of equal ones the first.</summary>
    internal static readonly Op MaxPoolWithArgmax = new("MaxPoolWithArgmax", $"input:T -> output:T argmax:Targmax ; {Argmax.Replace("index ", "index=int64 ", StringComparison.Ordinal)}")
    {
        Shape = s => [Two.Output(s, s[0]), Two.Output(s, s[0])],
        Grads = (n, g) => [g[0] is { } first ? MaxPoolGradWithArgmax!.Call([n[0], first, n.Outputs[1]], n.Attrs).Out : null],
        Kernel = k => new PoolPlaces(k).Largest(),
    };

    internal static readonly Op MaxPoolGradWithArgmax = new("MaxPoolGradWithArgmax", $"input:T grad:T argmax:Targmax -> output:T ; {Argmax}")
    {
        Shape = s => Pooled(s, 1) && Pooled(s, 2) ? s[0] : Shape.Unknown,
        Grad = (n, g) => [A.ZerosLike(n[0]), MaxPoolGradGradWithArgmax!.Call([n[0], g, n[2]], n.Attrs).Out, null],
        Kernel = k => new PoolPlaces(k).Scatter(),
    };

    internal static readonly Op MaxPoolGradGradWithArgmax = new("MaxPoolGradGradWithArgmax", $"input:T grad:T argmax:Targmax -> output:T ; {Argmax}")
    {
        Shape = s => s[0].Accepts(s[1]) && Pooled(s, 2) ? Two.Output(s, s[0].Merge(s[1])) : throw s.Fail("input and gradient differ", "Expected equal shapes."),
        Grad = (n, g) => [A.ZerosLike(n[0]), MaxPoolGradWithArgmax.Call([n[0], g, n[2]], n.Attrs).Out, null],
        Kernel = k => new PoolPlaces(k).Pick(),
    };

    static bool Pooled(ShapeContext s, int input) => Two.Output(s, s[0]).Accepts(s[input]) ? true : throw s.Fail($"the pooled input has shape {Two.Output(s, s[0])}", "Expected that shape of gradient and places.");

    internal static readonly Op[] All = [.. Two.All, .. Three.All, MaxPoolWithArgmax, MaxPoolGradWithArgmax, MaxPoolGradGradWithArgmax];
}
