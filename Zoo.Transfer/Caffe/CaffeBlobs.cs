using Zoo.Keras;
using Zoo.Transfer.Caffe.Layers;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>A blob of a Caffe layer and the weight that it is here.</summary>
/// <param name="Weight">The weight.</param>
/// <param name="Shape">The blob's shape in Caffe.</param>
/// <param name="Order">Which axis of the blob each axis of the weight is; null where they lie alike.</param>
/// <param name="Parts">The blob's shape for the order, where one of its axes is several of the weight's.</param>
sealed record CaffeBlob(Parameter Weight, long[] Shape, int[]? Order = null, long[]? Parts = null)
{
    public NDArray FromCaffe(NDArray blob) => Permute(blob.Reshape(Autograd.Shape.Create(Parts ?? Shape)), Order).Reshape(Weight.Shape);

    public NDArray ToCaffe() => Permute(Weight.Value, Order is null ? null : [.. Enumerable.Range(0, Order.Length).Select(axis => Array.IndexOf(Order, axis))]).Reshape(Autograd.Shape.Create(Shape));

    internal static NDArray Permute(NDArray x, int[]? order)
    {
        if (order is null) return x;
        var (result, rank) = (NDArray.Zeros(Autograd.Shape.Create([.. order.Select(axis => x.Shape[axis])])), order.Length);
        Span<float> from = x.AsSpan<float>(), to = result.AsSpan<float>();
        var (steps, sizes) = (new int[rank], new int[rank]);
        for (var i = 0; i < rank; i++)
        {
            sizes[i] = (int)result.Shape[i];
            steps[i] = (int)x.Shape.Dims[(order[i] + 1)..].ToArray().Aggregate(1L, (a, b) => a * b);
        }
        var (at, place) = (new int[rank], 0);
        for (var n = 0; n < to.Length; n++)
        {
            to[n] = from[place];
            for (var axis = rank - 1; axis >= 0; axis--)
            {
                place += steps[axis];
                if (++at[axis] < sizes[axis]) break;
                place -= steps[axis] * sizes[axis];
                at[axis] = 0;
            }
        }
        return result;
    }
}

/// <summary>How the blobs of Caffe's layers lie in the weights of ours.</summary>
static class CaffeBlobs
{
    /// <summary>A layer's blobs in Caffe's order.</summary>
    public static CaffeBlob[] Of(Layer layer)
    {
        var w = layer.Weights;
        return layer switch
        {
            DepthwiseConvolution => [Depthwise(w[0]), .. w.Skip(1).Select(Plain)],
            Convolution or TransposedConvolution or CaffeFilters => [Filters(w[0]), .. w.Skip(1).Select(Plain)],
            Dense => [new(w[0], [w[0].Shape[1], w[0].Shape[0]], [1, 0]), .. w.Skip(1).Select(Plain)],
            PReLU => [new(w[0], [w[0].Shape.Elements])],
            _ => [.. w.Select(Plain)],
        };
    }

    static CaffeBlob Plain(Parameter weight) => new(weight, weight.Shape.ToArray());

    // [out, in, window…] is [window…, in, out] here.
    static CaffeBlob Filters(Parameter weight)
    {
        var window = weight.Shape.Rank - 2;
        return new(weight, [weight.Shape[^1], weight.Shape[^2], .. weight.Shape.Dims[..window]], [.. Enumerable.Range(2, window), 1, 0]);
    }

    // [channels · multiplier, 1, window…] is [window…, channels, multiplier] here.
    static CaffeBlob Depthwise(Parameter weight)
    {
        var window = weight.Shape.Rank - 2;
        var (channels, multiplier, sizes) = (weight.Shape[^2], weight.Shape[^1], weight.Shape.Dims[..window].ToArray());
        return new(weight, [channels * multiplier, 1, .. sizes], [.. Enumerable.Range(2, window), 0, 1], [channels, multiplier, .. sizes]);
    }

    /// <summary>A blob's numbers in its shape; flat where the shape is not that of the data, as BigDL wrote some.</summary>
    public static NDArray Array(BlobProto blob)
    {
        var data = blob.DoubleData.Count > 0 ? [.. blob.DoubleData.Select(d => (float)d)] : blob.Data.ToArray();
        long[] dims = blob.Shape is { } shape ? [.. shape.Dim] : [blob.Num, blob.Channels, blob.Height, blob.Width];
        System.Numerics.BigInteger count = 1;
        foreach (var d in dims) count *= d;
        return NDArray.From(data, dims.All(d => d >= 0) && count == data.Length ? Shape.Create(dims) : [data.Length]);
    }

    /// <summary>The shapes of a layer's blobs.</summary>
    public static IReadOnlyList<Shape> Shapes(Layer layer) => [.. Of(layer).Select(b => Shape.Create(b.Shape)), .. layer is BatchNormalization ? [[1]] : System.Array.Empty<Shape>()];

    /// <summary>A layer's weights as Caffe's blobs. The third of a BatchNorm is how often its sums were added up.</summary>
    public static NDArray[] Read(Layer layer) => [.. Of(layer).Select(b => b.ToCaffe()), .. layer is BatchNormalization ? [NDArray.Full([1], 1)] : System.Array.Empty<NDArray>()];

    /// <summary>Gives a layer weights from blobs.</summary>
    /// <exception cref="GraphException">There are more or fewer, or one has another size.</exception>
    public static void Write(Layer layer, IReadOnlyList<NDArray> blobs)
    {
        var (weights, wanted) = (Of(layer), Shapes(layer));
        if (wanted.Count != blobs.Count) throw new GraphException($"the file has {blobs.Count} weights. Expected {wanted.Count} of shapes {string.Join(", ", wanted)}");
        for (var i = 0; i < wanted.Count; i++)
            if (blobs[i].DType != DType.Float32 || blobs[i].Count != wanted[i].Elements || !Alike(blobs[i].Shape, wanted[i]))
                throw new GraphException($"the file's weight {i} is {blobs[i].DType.Name()} {blobs[i].Shape}. Expected float32 {wanted[i]}");
        var factor = blobs.Count > weights.Length ? (float)blobs[^1].Number(0) : 1;
        for (var i = 0; i < weights.Length; i++) weights[i].Weight.Value = weights[i].FromCaffe(Divided(blobs[i], factor));
    }

    static NDArray Divided(NDArray sums, float factor)
    {
        if (factor == 1) return sums;
        var scale = factor == 0 ? 0 : 1 / factor;
        return NDArray.From(System.Array.ConvertAll(sums.ToArray<float>(), s => s * scale), sums.Shape);
    }

    // Older files have four sizes for everything, some files none that is right: sizes of 1 do not count, and a flat blob fits by its number of elements.
    static bool Alike(Shape given, Shape wanted) => given.Rank == 1 || given.Where(d => d != 1).SequenceEqual(wanted.Where(d => d != 1));
}
