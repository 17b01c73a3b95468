using System.Numerics;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Engine.Torch.Pointwise;

namespace Zoo.Autograd.Ops;

/// <summary>
/// Normal numbers drawn again until they lie within two standard deviations. Each group of results has 256 blocks of the generator a number to draw
/// from, so groups do not depend on one another.
/// </summary>
internal static unsafe class TruncatedNormals
{
    internal static HostKernel Kernel(int count, DType dtype) => dtype switch
    {
        DType.Float32 => (from, to) => Fill<float>(from, HostMemory.Span<float>(to[0], count), 4, 256),
        DType.Float64 => (from, to) => Fill<double>(from, HostMemory.Span<double>(to[0], count), 2, 128),
        _ => throw new GraphException($"StatelessTruncatedNormalV2: the embedded engine has no kernel for {dtype.Name()}. Ask for float32 and cast."),
    };

    static void Fill<T>(ReadOnlySpan<nint> from, Span<T> to, int group, ulong blocks) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (key, low, high) = (*(ulong*)from[0], ((ulong*)from[1])[0], ((ulong*)from[1])[1]);
        Span<T> pair = stackalloc T[4];
        for (var at = 0; at < to.Length; at += group)
        {
            var block = (ulong)(at / group) * blocks;
            for (var i = at; i < Math.Min(at + group, to.Length); block++)
            {
                var words = Philox.Generate(key, low, high, block);
                var made = Philox.Normals(words, pair);
                for (var p = 0; p < made && i < Math.Min(at + group, to.Length); p++)
                    if (T.Abs(pair[p]) < T.CreateChecked(2)) to[i++] = pair[p];
            }
        }
    }
}
