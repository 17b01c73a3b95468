using System.Runtime.InteropServices;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// What inference makes of a convolution with weights that hold from run to run: one call with bias, sum and activation, over weights packed once (see <see cref="Settlement"/>): of
/// oneDNN's, or our own (<see cref="Winograd"/>, <see cref="PointwiseConv"/>).
/// </summary>
internal static class InferenceConv
{
    /// <summary>Whether libtorch has oneDNN here.</summary>
    internal static bool IsThere { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>activation(Conv2D(input, filter) + bias + other); <c>over</c> says that the result may take the place of <c>other</c>, which oneDNN adds to much faster.</summary>
    internal static readonly Op Convolution = new("_Conv2DInference", $"input:T filter:T bias:B*T other:O*T -> output:T ; activation:string over:bool=false {ConvFamily.Flat}")
    {
        Shape = s => ConvOps.Two.Output(s, s[0], s[1]),
        Arithmetic = n => ConvOps.Two.Work(n.Out.Shape, n[1].Shape),
        Kernel = k =>
        {
            var (w, x) = (new ConvWindow(k.Node, k.Shape(0), k.Shape(1)), k.Shape(0));
            var (added, activation) = (k.Node.Int("B") > 0 ? k[2] : null, k.Node.Text("activation"));
            var sum = k.Node.Int("O") > 0 ? k[k.Count - 1] : null;
            if ((Winograd.Held(k, w, added, sum, activation == "relu", k.Node.Flag("over")) ?? PointwiseConv.Held(k, w, added, sum, activation == "relu", k.Node.Flag("over"))) is { } made) return made;
            var picture = w.Pad(k, w.First(k, k[0]));
            var packed = k.Call("mkldnn::_reorder_convolution_weight", w.Filter(k, k[1]), w.Symmetric, w.Strides, w.Dilations, w.Groups, Arg.Optional([x[0], x[3], .. w.Padded(x)]));
            var bias = added is null ? Arg.None : Arg.Optional(added);
            if (sum is null) return w.Last(k, k.Call("mkldnn::_convolution_pointwise", picture, packed, bias, w.Symmetric, w.Strides, w.Dilations, w.Groups, activation, NoScalars, Arg.None));
            var (other, after) = (w.First(k, sum), activation == "none" ? Arg.None : Arg.Optional(activation));
            return w.Last(k, k.Node.Flag("over")
                ? k.Call("mkldnn::_convolution_pointwise_.binary", other, picture, packed, bias, w.Symmetric, w.Strides, w.Dilations, w.Groups, "add", Arg.None, after, NoScalars, Arg.None)
                : k.Call("mkldnn::_convolution_pointwise.binary", picture, other, packed, bias, w.Symmetric, w.Strides, w.Dilations, w.Groups, "add", Arg.None, after, NoScalars, Arg.None));
        },
    };

    static long[] NoScalars => [];
}
