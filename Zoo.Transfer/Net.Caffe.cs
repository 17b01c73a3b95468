using Zoo.Keras;
using Zoo.Transfer.Caffe;

namespace Zoo.Transfer;

public static partial class Net
{
    // Layers of this library may stand in .keras files.
    static Net() => KerasRegistry.Register(typeof(Net).Assembly);

    /// <summary>Converters for Caffe's layer types, to which one's own can be added.</summary>
    public static CaffeConverters Caffe { get; } = new();

    /// <summary>
    /// Reads a net of Caffe's, of its form of today (<c>layer</c>) or of the older ones (<c>layers</c>), each file as text or binary. What is for training alone (losses, accuracy,
    /// databases) is left out; a database becomes an input. The net's layout is Caffe's: [batch, channels, height, width].
    /// </summary>
    /// <param name="prototxt">The definition.</param>
    /// <param name="caffemodel">The weights, which are found by the layers' names; null for new ones.</param>
    /// <param name="options">Shapes of inputs that the file does not have or that are to be others, the phase, and what a file may cost.</param>
    /// <returns>The net, with nodes named as the file's layers. Of layers that work in place each is a node.</returns>
    /// <exception cref="ImportException">A file is missing or damaged, or layers cannot be imported: lists all of them.</exception>
    public static GraphNet LoadCaffe(string prototxt, string? caffemodel = null, CaffeOptions? options = null) =>
        CaffeImport.Read(CaffeFile.Load(prototxt), caffemodel is null ? null : CaffeFile.Load(caffemodel), options ?? new());
}
