using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Transfer.Caffe;

namespace Zoo.Transfer;

/// <summary>Writing nets and models in Caffe's format.</summary>
public static class CaffeSaving
{
    extension(GraphNet net)
    {
        /// <summary>Writes the net in Caffe's form of today: its layers as text, and with their weights in binary. A file that is there is replaced only when the new one is whole.</summary>
        /// <param name="prototxt">Where the definition goes; null for nowhere.</param>
        /// <param name="caffemodel">Where the weights go; null for nowhere.</param>
        /// <exception cref="GraphException">Nodes have no form in Caffe: lists all of them.</exception>
        /// <exception cref="ModelFileException">A file cannot be written.</exception>
        public void SaveCaffe(string? prototxt, string? caffemodel = null)
        {
            var written = CaffeWriter.Write(net);
            if (prototxt is not null) CaffeFile.Save(CaffeWriter.Definition(written), prototxt, text: true);
            if (caffemodel is not null) CaffeFile.Save(written, caffemodel, text: false);
        }
    }

    extension(Model model)
    {
        /// <summary>The same for a model whose layers are channels first.</summary>
        /// <exception cref="GraphException">Layers have no form in Caffe, or the model has no graph of layers.</exception>
        public void SaveCaffe(string? prototxt, string? caffemodel = null) => GraphNet.Of(model).SaveCaffe(prototxt, caffemodel);
    }
}
