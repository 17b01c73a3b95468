using Google.Protobuf;
using Zoo.Autograd.Graph;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Transfer.Onnx;

namespace Zoo.Transfer;

/// <summary>Writing nets and models as ONNX files, for inference by other runtimes.</summary>
public static class OnnxSaving
{
    extension(Model model)
    {
        /// <summary>
        /// Writes what the model computes in inference as an ONNX model (operator set 18) with its weights: inputs and outputs have the model's names, shapes and types. Convolutions and
        /// poolings are channels first there, with transpositions where a model that is channels last begins and ends. A file that is there is replaced only when the new one is whole.
        /// </summary>
        /// <param name="path">The file.</param>
        /// <param name="batchSize">The number of samples of a batch; null for any, which is then the symbol <c>batch</c> in the file.</param>
        /// <exception cref="GraphException">Ops have no form in ONNX: lists all of them. Or the model keeps states from batch to batch, or has no built graph.</exception>
        /// <exception cref="ModelFileException">The file cannot be written, or would be larger than 2 GB, protobuf's limit.</exception>
        public void SaveOnnx(string path, int? batchSize = null)
        {
            if (batchSize is < 1) throw new ArgumentOutOfRangeException(nameof(batchSize), batchSize, "SaveOnnx: a batch has at least one sample. Expected a positive number, or null for any.");
            _ = model.Layers;   // a Sequential whose input is known is built when it is asked for them
            if (!model.IsBuilt) throw new GraphException($"SaveOnnx: {model.Name} is not built, for it has seen no input yet. Expected a model whose inputs are known. Give it an InputShape, or run it once.");
            model.InitializeWeights();
            var program = model.InferenceProgram();
            if (program.Updates.Length > 0) throw new GraphException($"SaveOnnx: {model.Name} changes {string.Join(", ", program.Updates.Select(u => u.Target.Path))} in inference; an ONNX model keeps nothing from run to run. Expected a model without states. Make its recurrent layers stateless, or its random ones still.");
            var written = OnnxWriter.Write(OnnxGraph.Of(program, [.. program.Feeds.Select(f => batchSize is { } n && f.Shape.HasRank && f.Shape.Rank > 0 && f.Shape[0] < 0 ? f.Shape.With(0, n) : f.Shape)]), model.Name, [.. model.OutputNames]);
            AtomicFile.Write(path, stream => written.WriteTo(stream));
        }
    }

    extension(GraphNet net)
    {
        /// <inheritdoc cref="SaveOnnx(Model, string, int?)"/>
        public void SaveOnnx(string path, int? batchSize = null) => net.ToKeras().SaveOnnx(path, batchSize);
    }
}
