using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>What is done to a convolution's sums before they are stored: a bias and other results, where there are any, are added, then Relu.</summary>
internal unsafe struct ConvEnd
{
    internal float* Bias, Other;
    internal bool Relu;

    /// <summary>Stores some of a place's results, which lie at <paramref name="at"/>; the bias is in the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store(Vector512<float> sum, float* result, nint at, int count)
    {
        if (Other is not null) sum += SmallProduct.Load(Other + at, count);
        if (Relu) sum = Vector512.MaxNative(Vector512<float>.Zero, sum);   // the second where it is no number
        SmallProduct.Store(sum, result + at, count);
    }
}
