using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>One block of <see cref="TransformerLayer"/>: attention of a sequence to itself, then two dense layers, each added to its input and normalised behind (Vaswani and others, 2017).</summary>
internal sealed class TransformerBlock : Layer
{
    readonly bool causal;
    readonly MultiHeadAttention attention;
    readonly Dense intermediate, output;
    readonly LayerNormalization attentionNorm = new(epsilon: 1e-5), outputNorm = new(epsilon: 1e-5);
    readonly Dropout attentionDropout, outputDropout;

    internal TransformerBlock(TransformerLayer of, int size, bool exactGelu)
    {
        if (size % of.NHead != 0) throw new ShapeException($"vectors of length {size} do not split into {of.NHead} heads. Expected a multiple of {of.NHead}.");
        var normal = new RandomNormal(0, of.InitializerRange);
        causal = !of.Bidirectional;
        attention = new(of.NHead, size / of.NHead) { Dropout = of.AttnDrop, KernelInitializer = normal };
        intermediate = new(of.IntermediateSize > 0 ? of.IntermediateSize : 4 * size, new ActivationFunction(x => Activations.Gelu(x, approximate: !exactGelu))) { KernelInitializer = normal };
        output = new(size) { KernelInitializer = normal };
        (attentionDropout, outputDropout) = (new(of.HiddenDrop), new(of.HiddenDrop));
    }

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs) { }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        List<(string, CallValue)> options = [("use_causal_mask", causal)];
        if (x.Count > 1) options.Add(("attention_mask", A.ExpandDims(x[1], 1)));   // what counts, for every query
        var seen = attention.Apply([x[0], x[0]], [.. options]) >> attentionDropout;
        var y = x[0] + seen >> attentionNorm;
        return y + (y >> intermediate >> output >> outputDropout) >> outputNorm;
    }
}
