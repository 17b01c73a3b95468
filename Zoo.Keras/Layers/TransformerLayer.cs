using Zoo.Autograd.Ops;

namespace Zoo.Keras;

// Longer than a layer should be: Analytics Zoo's layer is a model: embeddings, masks, blocks, pooler.
/// <summary>
/// Blocks of self-attention over the vectors of an embedding layer (Radford and others, 2018; Analytics Zoo's TransformerLayer): causal, as GPT, unless bidirectional. Its inputs are those of
/// the embedding layer. It has several results (<see cref="Layer.ApplyMany(Variable[])"/>): the last block's, or with outputAllBlock those of all blocks, [batch, steps, size];
/// and the pooled one, tanh of a dense layer of the first step, [batch, size].
/// </summary>
/// <param name="nBlock">How many blocks.</param>
/// <param name="hiddenDrop">How much of the results of the dense layers is dropped in training.</param>
/// <param name="attnDrop">How much of the attention is dropped in training.</param>
/// <param name="nHead">How many heads the attention has.</param>
/// <param name="initializerRange">The standard deviation of the first weights.</param>
/// <param name="bidirectional">Whether a step sees those behind it.</param>
/// <param name="outputAllBlock">Whether the results of all blocks are given.</param>
/// <param name="embeddingLayer">Makes [batch, steps, size] of the inputs.</param>
/// <param name="intermediateSize">The size between the two dense layers of a block; by default four times that of the vectors.</param>
[KerasObject(Package = "zoo")]
public class TransformerLayer(int nBlock, double hiddenDrop, double attnDrop, int nHead, double initializerRange, bool bidirectional, bool outputAllBlock, Layer embeddingLayer, int intermediateSize = 0) : Layer
{
    List<TransformerBlock> blocks = [];
    Dense? pooler;

    /// <summary>How many blocks.</summary>
    public int NBlock { get; } = nBlock > 0 ? nBlock : throw new ArgumentException($"TransformerLayer: {nBlock} blocks were asked for. Expected a positive number.");

    /// <summary>How much of the results of the dense layers is dropped in training.</summary>
    public double HiddenDrop { get; } = hiddenDrop;

    /// <summary>How much of the attention is dropped in training.</summary>
    public double AttnDrop { get; } = attnDrop;

    /// <summary>How many heads the attention has.</summary>
    public int NHead { get; } = nHead > 0 ? nHead : throw new ArgumentException($"TransformerLayer: {nHead} heads were asked for. Expected a positive number.");

    /// <summary>The standard deviation of the first weights.</summary>
    public double InitializerRange { get; } = initializerRange;

    /// <summary>Whether a step sees those behind it.</summary>
    public bool Bidirectional { get; } = bidirectional;

    /// <summary>Whether the results of all blocks are given.</summary>
    public bool OutputAllBlock { get; } = outputAllBlock;

    /// <summary>Makes [batch, steps, size] of the inputs.</summary>
    public Layer EmbeddingLayer { get; } = embeddingLayer;

    /// <summary>The size between the two dense layers of a block; 0 for four times that of the vectors.</summary>
    public int IntermediateSize { get; } = intermediateSize;

    /// <summary>Whether GELU is computed exactly, not by its approximation with tanh.</summary>
    private protected virtual bool ExactGelu => false;

    /// <summary>How many of the inputs, the last ones, are not for the embedding layer but say which steps count.</summary>
    private protected virtual int Masks => 0;

    /// <summary>A layer with its embedding: the sum of the vectors of words and positions, out of one table as in Analytics Zoo, so that positions have numbers above those of words.</summary>
    /// <param name="vocab">How many numbers there are, of words and positions.</param>
    /// <param name="seqLen">How many steps a sequence has.</param>
    /// <param name="nBlock">How many blocks.</param>
    /// <param name="residDrop">How much of the results of the dense layers is dropped in training.</param>
    /// <param name="attnDrop">How much of the attention is dropped in training.</param>
    /// <param name="nHead">How many heads the attention has.</param>
    /// <param name="hiddenSize">The length of the vectors.</param>
    /// <param name="embeddingDrop">How much of the embedding is dropped in training.</param>
    /// <param name="initializerRange">The standard deviation of the first weights.</param>
    /// <param name="bidirectional">Whether a step sees those behind it.</param>
    /// <param name="outputAllBlock">Whether the results of all blocks are given.</param>
    public static TransformerLayer Init(int vocab = 40990, int seqLen = 77, int nBlock = 12, double residDrop = 0.1, double attnDrop = 0.1, int nHead = 12, int hiddenSize = 768,
        double embeddingDrop = 0, double initializerRange = 0.02, bool bidirectional = false, bool outputAllBlock = false)
    {
        Variable words = K.Input([seqLen], dtype: DType.Int32), positions = K.Input([seqLen], dtype: DType.Int32);
        var table = new Embedding(vocab, hiddenSize) { EmbeddingsInitializer = new RandomNormal(0, initializerRange) };
        Model embedding = new([words, positions], table.Apply(words) + table.Apply(positions) >> new Dropout(embeddingDrop));
        return new(nBlock, residDrop, attnDrop, nHead, initializerRange, bidirectional, outputAllBlock, embedding);
    }

    private protected override bool Autocasts => false;

    /// <inheritdoc/>
    protected override void Build(IReadOnlyList<Shape> inputs)
    {
        if (inputs.Count <= Masks) throw new ShapeException($"{inputs.Count} inputs were given. Expected those of the embedding layer{(Masks > 0 ? ", then the mask of what counts" : "")}.");
        var embedded = EmbeddingLayer.Apply([.. inputs.SkipLast(Masks).Select(s => StateOps.Input("x", s, DType.Int32))]);
        if (!embedded.Shape.HasRank || embedded.Shape.Rank != 3 || embedded.Shape[2] < 0) throw new ShapeException($"the embedding layer gives {embedded.Shape}. Expected [batch, steps, size] of known size.") { Actual = embedded.Shape };
        var size = (int)embedded.Shape[2];
        blocks = [.. Enumerable.Range(0, NBlock).Select(_ => new TransformerBlock(this, size, ExactGelu) { DTypePolicy = DTypePolicy, Trainable = Trainable })];
        pooler = new(size, "tanh") { DTypePolicy = DTypePolicy, Trainable = Trainable };
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var results = new List<Variable>();
        var y = EmbeddingLayer.Apply([.. x.SkipLast(Masks)]);
        foreach (var block in blocks) results.Add(y = block.Apply([y, .. x.TakeLast(Masks)]));
        if (!OutputAllBlock) results.RemoveRange(0, results.Count - 1);
        return (Variable[])[.. results, y.IndexSelect(1, 0) >> pooler!];
    }
}
