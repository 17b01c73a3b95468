using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Picture files as tensors. As in TensorFlow each op takes the others' formats too, except that of BMP.</summary>
internal static class DecodeOps
{
    internal static readonly Op Jpeg = Decode("DecodeJpeg", "image:uint8 ; channels:int=0 ratio:int=1 fancy_upscaling:bool=true try_recover_truncated:bool=false acceptable_fraction:float=1 dct_method:string=", Still);
    internal static readonly Op Png = Decode("DecodePng", "image:dtype ; channels:int=0 dtype:uint8|uint16=uint8", Still);
    internal static readonly Op Gif = Decode("DecodeGif", "image:uint8", _ => [Dim.Any, Dim.Any, Dim.Any, 3]);
    internal static readonly Op Bmp = Decode("DecodeBmp", "image:uint8 ; channels:int=0", Still);
    internal static readonly Op Image = Decode("DecodeImage", "image:dtype ; channels:int=0 dtype:uint8|uint16|float32=uint8 expand_animations:bool=true", s => s.Flag("expand_animations") ? Shape.Unknown : Still(s));

    static Shape Still(ShapeContext s) => [Dim.Any, Dim.Any, s.Int("channels") is > 0 and var channels ? channels : Dim.Any];

    static Op Decode(string name, string rest, Func<ShapeContext, Shape> shape) => new(name, $"contents:string -> {rest}")
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            if (s.Has("channels") && s.Int("channels") is not (>= 0 and <= 4)) throw s.Fail($"channels is {s.Int("channels")}", "Expected 0 (as the file has them), 1, 3 or 4.");
            if (s.Has("ratio") && s.Int("ratio") is not (1 or 2 or 4 or 8)) throw s.Fail($"ratio is {s.Int("ratio")}", "Expected 1, 2, 4 or 8.");
            return shape(s);
        },
        NoGradient = Op.Discrete,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => [Run(n, x[0].AsSpan<byte[]>()[0])]),
    };

    static NDArray Run(Node n, byte[] file)
    {
        var (format, dtype) = (PictureFile.FormatOf(file), n.Out.DType);
        if (n.Op == Bmp != (format == PictureFile.Format.Bmp) && n.Op != Image && format != PictureFile.Format.Unknown) throw PictureFile.Bad(n, $"the file is {format}", n.Op == Bmp ? "BMP" : "JPEG, PNG or GIF; DecodeBmp and DecodeImage take BMP");
        var frames = PictureFile.Decode(n, file, n.Attrs.Has("channels") ? (int)n.Int("channels") : 3, n.Attrs.Has("ratio") ? (int)n.Int("ratio") : 1);
        if (dtype == DType.UInt16 && format == PictureFile.Format.Png && file.Length > 24 && file[24] == 16) throw PictureFile.Bad(n, "a PNG of 16 bits is to stay one", "dtype uint8: the embedded engine decodes 8 bits");
        if (dtype != frames.DType) frames = Scaled(frames, dtype, format == PictureFile.Format.Png ? 257 : 256);
        if (n.Op == Gif || n.Op == Image && format == PictureFile.Format.Gif && n.Attrs.Get<bool>("expand_animations")) return frames;
        if (frames.Shape[0] != 1 && n.Op != Image) throw PictureFile.Bad(n, $"the file has {frames.Shape[0]} frames", "one; DecodeGif and DecodeImage take several");
        return frames.Rows(0, 1).Reshape(frames.Shape[1..]);
    }

    /// <summary>The same colours from 0 to 1, or in 16 bits, as TensorFlow has them of each format.</summary>
    static NDArray Scaled(NDArray bytes, DType dtype, int factor)
    {
        var to = NDArray.Zeros(bytes.Shape, dtype);
        var from = bytes.AsSpan<byte>();
        if (dtype == DType.Float32) for (var i = 0; i < from.Length; i++) to.AsSpan<float>()[i] = from[i] * (1f / 255);
        else for (var i = 0; i < from.Length; i++) to.AsSpan<ushort>()[i] = (ushort)(from[i] * factor);
        return to;
    }
}
