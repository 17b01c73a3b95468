namespace Zoo.Keras;

/// <summary>
/// Bidirectional blocks of self-attention (Devlin and others, 2018; Analytics Zoo's BERT). Its four inputs, each [batch, steps]: numbers of words, types of tokens (0 or 1), positions, and the attention mask,
/// 1 for steps that count. Results as those of <see cref="TransformerLayer"/>: blocks, then the pooled one.
/// </summary>
/// <example><code>Variable ids = Input([16], dtype: DType.Int32), types = Input([16], dtype: DType.Int32), places = Input([16], dtype: DType.Int32), mask = Input([16]);
/// var pooled = BERT.Init(vocab: 100, hiddenSize: 8, nBlock: 2, nHead: 2, maxPositionLen: 16, intermediateSize: 16).ApplyMany(ids, types, places, mask)[^1];</code></example>
/// <param name="nBlock">How many blocks.</param>
/// <param name="nHead">How many heads the attention has.</param>
/// <param name="intermediateSize">The size between the two dense layers of a block.</param>
/// <param name="hiddenDrop">How much of the results of the dense layers is dropped in training.</param>
/// <param name="attnDrop">How much of the attention is dropped in training.</param>
/// <param name="initializerRange">The standard deviation of the first weights.</param>
/// <param name="outputAllBlock">Whether the results of all blocks are given.</param>
/// <param name="embeddingLayer">Makes [batch, steps, size] of words, types and positions.</param>
[KerasObject(Package = "zoo"), KerasOmit("bidirectional")]
public sealed class BERT(int nBlock, int nHead, int intermediateSize, double hiddenDrop, double attnDrop, double initializerRange, bool outputAllBlock, Layer embeddingLayer)
    : TransformerLayer(nBlock, hiddenDrop, attnDrop, nHead, initializerRange, bidirectional: true, outputAllBlock, embeddingLayer, intermediateSize)
{
    private protected override bool ExactGelu => true;

    private protected override int Masks => 1;

    /// <summary>A layer with BERT's embedding: vectors of words, types and positions added up, normalised, and some dropped in training.</summary>
    /// <param name="vocab">How many words there are.</param>
    /// <param name="hiddenSize">The length of the vectors.</param>
    /// <param name="nBlock">How many blocks.</param>
    /// <param name="nHead">How many heads the attention has.</param>
    /// <param name="maxPositionLen">How many positions there are.</param>
    /// <param name="intermediateSize">The size between the two dense layers of a block.</param>
    /// <param name="hiddenDrop">How much of the results of the dense layers and of the embedding is dropped in training.</param>
    /// <param name="attnDrop">How much of the attention is dropped in training.</param>
    /// <param name="initializerRange">The standard deviation of the first weights.</param>
    /// <param name="outputAllBlock">Whether the results of all blocks are given.</param>
    /// <param name="inputSeqLen">How many steps a sequence has; by default as many as there are positions.</param>
    public static BERT Init(int vocab = 40990, int hiddenSize = 768, int nBlock = 12, int nHead = 12, int maxPositionLen = 512, int intermediateSize = 3072, double hiddenDrop = 0.1,
        double attnDrop = 0.1, double initializerRange = 0.02, bool outputAllBlock = true, int inputSeqLen = -1)
    {
        var steps = inputSeqLen > 0 ? inputSeqLen : maxPositionLen;
        Variable words = K.Input([steps], dtype: DType.Int32), types = K.Input([steps], dtype: DType.Int32), positions = K.Input([steps], dtype: DType.Int32);
        Embedding Table(int rows) => new(rows, hiddenSize) { EmbeddingsInitializer = new RandomNormal(0, initializerRange) };
        var sum = (words >> Table(vocab)) + (positions >> Table(maxPositionLen)) + (types >> Table(2));
        Model embedding = new([words, types, positions], sum >> new LayerNormalization(epsilon: 1e-12) >> new Dropout(hiddenDrop));
        return new(nBlock, nHead, intermediateSize, hiddenDrop, attnDrop, initializerRange, outputAllBlock, embedding);
    }
}
