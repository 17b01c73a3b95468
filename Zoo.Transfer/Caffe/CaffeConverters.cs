using System.Collections.Concurrent;
using Zoo.Keras;

namespace Zoo.Transfer.Caffe;

/// <summary>Converters for Caffe's layer types: those of this library and, with <see cref="Register(string, Func{CaffeLayer, Variable})"/>, one's own.</summary>
public sealed class CaffeConverters
{
    readonly ConcurrentDictionary<string, Func<CaffeLayer, Variable[]>> own = new();

    internal CaffeConverters() { }

    /// <summary>Says how layers of a type become part of a net. It counts before a converter of this library.</summary>
    /// <param name="type">Caffe's name of the type, such as <c>Reorg</c>.</param>
    /// <param name="converter">Gives the layer's result.</param>
    /// <example><code>Net.Caffe.Register("Swish", c => c.Apply(new Activation("silu"), c.Inputs[0]));</code></example>
    public void Register(string type, Func<CaffeLayer, Variable> converter)
    {
        ArgumentNullException.ThrowIfNull(converter);
        Register(type, c => [converter(c)]);
    }

    /// <summary>The same for types with several results, in the order of the layer's tops.</summary>
    public void Register(string type, Func<CaffeLayer, Variable[]> converter)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentNullException.ThrowIfNull(converter);
        own[type] = converter;
    }

    /// <summary>Forgets a converter of one's own.</summary>
    public void Unregister(string type) => own.TryRemove(type, out _);

    /// <summary>The types for which there is a converter.</summary>
    public IReadOnlyList<string> Types => [.. CaffeTypes.All.Keys.Concat(own.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The shapes of a layer's weights as Caffe has them (<c>net.params</c> of pycaffe): filters [out, in, height, width], of a BatchNormalization mean, variance and their factor.</summary>
    public IReadOnlyList<Shape> BlobShapes(Layer layer) => CaffeBlobs.Shapes(layer);

    /// <summary>A layer's weights as Caffe has them.</summary>
    public NDArray[] Blobs(Layer layer) => CaffeBlobs.Read(layer);

    /// <summary>Gives a layer weights as Caffe has them.</summary>
    /// <exception cref="GraphException">There are more or fewer than the layer has, or one has another shape.</exception>
    public void SetBlobs(Layer layer, params IReadOnlyList<NDArray> blobs) => CaffeBlobs.Write(layer, blobs);

    internal Func<CaffeLayer, Variable[]>? Find(string type) => own.GetValueOrDefault(type) ?? CaffeTypes.All.GetValueOrDefault(type);

    internal bool IsOwn(string type) => own.ContainsKey(type);
}
