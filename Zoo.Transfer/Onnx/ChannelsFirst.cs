using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Transfer.Onnx;

/// <summary>Ops of pictures: channels first in ONNX, so between two transpositions, which <see cref="Transposes"/> then moves to the net's ends.</summary>
static class ChannelsFirst
{
    public static Dictionary<string, Func<OnnxCall, Variable[]>> Forms() => new()
    {
        ["Conv2D"] = Convolution,
        ["Conv3D"] = Convolution,
        ["DepthwiseConv2dNative"] = Depthwise,
        ["Conv2DBackpropInput"] = Transposed,
        ["Conv3DBackpropInputV2"] = Transposed,
        ["MaxPool"] = c => Pool(c, "MaxPool"),
        ["MaxPool3D"] = c => Pool(c, "MaxPool"),
        ["AvgPool"] = c => Pool(c, "AveragePool"),
        ["AvgPool3D"] = c => Pool(c, "AveragePool"),
        ["FusedBatchNormV3"] = c => c.Node.Flag("is_training") ? throw new GraphException("it normalizes by its batch, as in training") : [.. Between(c, "BatchNormalization", c.Inputs[1..], [("epsilon", c.Node.Float("epsilon"))]), c[3], c[4], c[3], c[4]],
        ["LRN"] = c => 2 * c.Node.Int("depth_radius") + 1 is var size ? Between(c, "LRN", [], [("size", size), ("alpha", c.Node.Float("alpha") * size), ("beta", c.Node.Float("beta")), ("bias", c.Node.Float("bias"))]) : [],
        ["SpaceToDepth"] = c => Between(c, "SpaceToDepth", [], [("blocksize", c.Node.Int("block_size"))]),
        ["DepthToSpace"] = c => Between(c, "DepthToSpace", [], [("blocksize", c.Node.Int("block_size"))]),
        ["ResizeNearestNeighbor"] = c => Resized(c, "nearest"),
        ["ResizeBilinear"] = c => Resized(c, "linear"),
        ["BiasAdd"] = Bias,
    };

    /// <summary>One of ONNX's ops over a picture, the first input, and others.</summary>
    static Variable[] Between(OnnxCall c, string type, Variable[] others, (string, object)[] attributes, int picture = 0)
    {
        var rank = c.Shape.Rank;
        var first = A.Transpose(c[picture], [0, rank - 1, .. Enumerable.Range(1, rank - 2)]);
        return [Last(OnnxNode.Of(type, Shape.Create([c.Shape[0], c.Shape[^1], .. c.Shape.Dims[1..^1]]), c.Node.Out.DType, [first, .. others], attributes))];
    }

    static Variable Last(Variable x) => A.Transpose(x, [0, .. Enumerable.Range(2, x.Shape.Rank - 2), 1]);

    static Variable[] Convolution(OnnxCall c)
    {
        var (rank, filter) = (c.Shape.Rank - 2, c.Node[1].Shape);
        if (c.Node[0].Shape[^1] < 0 || !filter.IsKnown) throw new GraphException("the sizes of its filter or channels are not known");
        return Between(c, "Conv", [Filter(c[1])], [.. Window(c, c.Node[0].Shape, filter.Dims[..rank]), ("group", c.Node[0].Shape[^1] / filter[rank])]);
    }

    static Variable[] Depthwise(OnnxCall c)
    {
        if (c.Node[1].Shape is not { IsKnown: true } filter) throw new GraphException("the sizes of its filter are not known");
        return Between(c, "Conv", [A.Reshape(A.Transpose(c[1], 2, 3, 0, 1), [filter[2] * filter[3], 1, filter[0], filter[1]])], [.. Window(c, c.Node[0].Shape, filter.Dims[..2]), ("group", filter[2])]);
    }

    /// <summary>A filter […, in, out] as [out, in, …].</summary>
    static Variable Filter(Variable x) => A.Transpose(x, [x.Shape.Rank - 1, x.Shape.Rank - 2, .. Enumerable.Range(0, x.Shape.Rank - 2)]);

    /// <summary>A convolution's gradient is ONNX's transposed convolution; what the window leaves over at the end is padded there.</summary>
    static Variable[] Transposed(OnnxCall c)
    {
        var (rank, filter, from) = (c.Shape.Rank - 2, c.Node[1].Shape, c.Node[2].Shape);
        if (!Shape.Create(c.Shape.Dims[1..]).IsKnown || !Shape.Create(from.Dims[1..]).IsKnown || !filter.IsKnown) throw new GraphException("the sizes of its pictures are not known");
        var (strides, dilations, pads) = (c.Node.Ints("strides")[1..^1], c.Node.Ints("dilations")[1..^1], Pads(c.Node, c.Shape, filter.Dims[..rank], c.Node.Ints("dilations")));
        long[] over = [.. Enumerable.Range(0, rank).Select(i => c.Shape[i + 1] + pads[i] + pads[i + rank] - strides[i] * (from[i + 1] - 1) - (filter[i] - 1) * dilations[i] - 1)];
        return Between(c, "ConvTranspose", [Filter(c[1])], [("strides", strides), ("dilations", dilations), ("pads", pads), ("output_padding", over), ("kernel_shape", filter.Dims[..rank].ToArray()), ("group", c.Shape[^1] / filter[rank])], picture: 2);
    }

    static Variable[] Pool(OnnxCall c, string type) => Between(c, type, [], Window(c, c.Node[0].Shape, c.Node.Ints("ksize").AsSpan()[1..^1]));

    /// <summary>Where a window goes.</summary>
    static (string, object)[] Window(OnnxCall c, Shape input, ReadOnlySpan<long> size)
    {
        var dilations = c.Node.Attrs.Has("dilations") ? c.Node.Ints("dilations") : null;
        var attributes = new List<(string, object)> { ("kernel_shape", size.ToArray()), ("strides", c.Node.Ints("strides")[1..^1]) };
        if (dilations is not null) attributes.Add(("dilations", dilations[1..^1]));
        if (c.Node.Text("padding") == "SAME" && !Shape.Create(input.Dims[1..^1]).IsKnown) attributes.Add(("auto_pad", "SAME_UPPER"));
        else attributes.Add(("pads", Pads(c.Node, input, size, dilations)));
        return [.. attributes];
    }

    /// <summary>What is padded before each axis, then what is behind each.</summary>
    static long[] Pads(Node node, Shape input, ReadOnlySpan<long> size, long[]? dilations)
    {
        var (padding, pads) = (node.Text("padding"), new long[2 * size.Length]);
        for (var i = 0; i < size.Length; i++)
        {
            var given = padding == "EXPLICIT" ? node.Ints("explicit_paddings") : new long[2 * input.Rank];
            (pads[i], pads[i + size.Length]) = Windows.Padding(input[i + 1], size[i], node.Ints("strides")[i + 1], dilations?[i + 1] ?? 1, padding, given[2 * i + 2], given[2 * i + 3]);
        }
        return pads;
    }

    static Variable[] Resized(OnnxCall c, string mode)
    {
        if (c.Node.Flag("align_corners") && mode == "nearest") throw new GraphException("ONNX has no nearest neighbours of aligned corners that round as TensorFlow's");
        if (!Shape.Create(c.Shape.Dims[1..]).IsKnown || !Shape.Create(c.Node[0].Shape.Dims[1..]).IsKnown) throw new GraphException("the sizes of its pictures are not known");
        var scales = A.Constant(NDArray.From([1f, 1f, (float)c.Shape[1] / c.Node[0].Shape[1], (float)c.Shape[2] / c.Node[0].Shape[2]], [4]));
        var half = c.Node.Flag("half_pixel_centers");
        return Between(c, "Resize", [A.Constant(NDArray.Zeros([0])), scales], [("mode", mode), ("nearest_mode", half ? "round_prefer_ceil" : "floor"), ("coordinate_transformation_mode", c.Node.Flag("align_corners") ? "align_corners" : half ? "half_pixel" : "asymmetric")]);
    }

    /// <summary>A convolution has its bias as an input; other biases are left to what comes later.</summary>
    static Variable[] Bias(OnnxCall c) => c.Alone && c[0].Node is { Op.Name: "Transpose" } back && OnnxNode.With(back[0], "Conv", 2, () => c[1]) is { } whole ? [Last(whole)] : [];
}
