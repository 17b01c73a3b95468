using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Convolutions, channels last.</summary>
internal static class ConvOps
{
    const string Depthwise = "T:float strides:ints padding:string explicit_paddings:ints=[] data_format:string=NHWC dilations:ints=[1,1,1,1]";
    const string Deep = "T:float strides:ints padding:string data_format:string=NDHWC dilations:ints=[1,1,1,1,1]";

    internal static readonly ConvFamily Two = new("Conv2D", "", ConvFamily.Flat, "int32", 2);
    internal static readonly ConvFamily Three = new("Conv3D", "V2", Deep, "Tshape", 3);
    internal static readonly ConvFamily EachChannel = new("DepthwiseConv2dNative", "", Depthwise, "int32", 2, depthwise: true);

    internal static readonly Op Conv2D = Two.Forward;

    internal static readonly Op[] All = [.. Two.All, .. Three.All, .. EachChannel.All];
}
