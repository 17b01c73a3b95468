using System.Text;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;
using Zoo.Transfer.Caffe.Layers;

/// <summary>
/// Numbers that look like weights and are the same everywhere: a generator started with a key. Each blob of a Caffe net has the key <c>layer/blob</c>; ranges keep the net's values in bounds.
/// </summary>
static class RecipeWeights
{
    /// <summary>Gives all layers of a net weights of the recipe.</summary>
    public static void Fill(GraphNet net)
    {
        foreach (var layer in net.ToKeras().Layers.Where(l => l.Weights.Count > 0))
        {
            var shapes = Net.Caffe.BlobShapes(layer);
            Net.Caffe.SetBlobs(layer, [.. shapes.Select((shape, i) => Blob(layer, i, shape))]);
        }
    }

    /// <summary>Numbers from lo up to hi: x is a 32-bit number, begun with the FNV-1a hash of the key.</summary>
    public static NDArray Numbers(string key, Shape shape, double lo, double hi)
    {
        var x = Encoding.ASCII.GetBytes(key).Aggregate(0x811c9dc5u, (hash, b) => (hash ^ b) * 0x01000193u);
        var values = new float[shape.Elements];
        for (var i = 0; i < values.Length; i++)
        {
            x = x * 1664525u + 1013904223u;
            values[i] = (float)(lo + (hi - lo) * (x >> 8) / 16777216.0);
        }
        return NDArray.From(values, shape);
    }

    /// <summary>One blob of a layer.</summary>
    public static NDArray Blob(Layer layer, int index, Shape shape)
    {
        if (layer is BatchNormalization && index == 2) return NDArray.Full([1], 1);   // the factor of mean and variance
        var inputs = shape[1..].Elements;
        var (lo, hi) = (layer, index) switch
        {
            (BatchNormalization, 0) => (-0.2, 0.2),
            (BatchNormalization, _) => (0.5, 1.5),
            (ChannelScale, 0) => (0.6, 1.0),
            (ChannelScale, _) => (-0.2, 0.2),
            (Dense, 0) => (-Math.Sqrt(3.0 / inputs), Math.Sqrt(3.0 / inputs)),
            (_, 0) => (-Math.Sqrt(6.0 / inputs), Math.Sqrt(6.0 / inputs)),
            _ => (-0.1, 0.1),
        };
        return Numbers($"{layer.Name}/{index}", shape, lo, hi);
    }
}
