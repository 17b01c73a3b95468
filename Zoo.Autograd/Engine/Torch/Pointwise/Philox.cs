using System.Numerics;
using System.Runtime.CompilerServices;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>
/// The counter-based generator Philox 4x32-10, with the conversions TensorFlow's StatelessRandom…V2 ops use: block k of four words comes from counter + k, so
/// every element can be computed on its own.
/// </summary>
internal static unsafe class Philox
{
    internal struct Block
    {
        internal uint X, Y, Z, W;
    }

    /// <summary>The four words of one block.</summary>
    internal static Block Generate(ulong key, ulong low, ulong high, ulong index)
    {
        ulong lo = low + index;
        ulong hi = lo < low ? high + 1 : high;
        uint c0 = (uint)lo, c1 = (uint)(lo >> 32), c2 = (uint)hi, c3 = (uint)(hi >> 32), k0 = (uint)key, k1 = (uint)(key >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53UL * c0, p1 = 0xCD9E8D57UL * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return new() { X = c0, Y = c1, Z = c2, W = c3 };
    }

    internal static float ToSingle(uint bits) => BitConverter.UInt32BitsToSingle(0x3F800000 | (bits & 0x7FFFFF)) - 1;

    internal static double ToDouble(uint high, uint low) => BitConverter.UInt64BitsToDouble(0x3FF0000000000000 | ((ulong)(high & 0xFFFFF) << 32) | low) - 1;

    internal static void UniformSingle(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<float, SingleOf>((float*)d, key, low, high, first, n);
    internal static void UniformDouble(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<double, DoubleOf>((double*)d, key, low, high, first, n);
    internal static void NormalSingle(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<float, NormalSingleOf>((float*)d, key, low, high, first, n);
    internal static void NormalDouble(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<double, NormalDoubleOf>((double*)d, key, low, high, first, n);
    internal static void Bits32(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<uint, WordOf>((uint*)d, key, low, high, first, n);
    internal static void Bits64(byte* d, byte* key, byte* low, byte* high, long first, int n) => Each<ulong, LongOf>((ulong*)d, key, low, high, first, n);

    interface IConversion<T> where T : unmanaged
    {
        /// <summary>A whole block's values: 4 of 32 bits or 2 of 64.</summary>
        static abstract void Do(in Block block, T* values);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Each<T, TOf>(T* d, byte* key, byte* low, byte* high, long first, int n) where T : unmanaged where TOf : struct, IConversion<T>
    {
        int perBlock = 16 / sizeof(T);
        ulong k = *(ulong*)key, l = *(ulong*)low, h = *(ulong*)high, index = (ulong)(first / perBlock);
        int skip = (int)(first % perBlock), i = 0;
        T* values = stackalloc T[4];
        while (i < n)
        {
            Block block = Generate(k, l, h, index++);
            if (skip == 0 && i <= n - perBlock)
            {
                TOf.Do(block, d + i);
                i += perBlock;
                continue;
            }
            TOf.Do(block, values);
            for (int j = skip; j < perBlock && i < n; j++)
                d[i++] = values[j];
            skip = 0;
        }
    }

    readonly struct SingleOf : IConversion<float>
    {
        public static void Do(in Block b, float* v) => (v[0], v[1], v[2], v[3]) = (ToSingle(b.X), ToSingle(b.Y), ToSingle(b.Z), ToSingle(b.W));
    }

    readonly struct DoubleOf : IConversion<double>
    {
        public static void Do(in Block b, double* v) => (v[0], v[1]) = (ToDouble(b.X, b.Y), ToDouble(b.Z, b.W));
    }

    readonly struct WordOf : IConversion<uint>
    {
        public static void Do(in Block b, uint* v) => (v[0], v[1], v[2], v[3]) = (b.X, b.Y, b.Z, b.W);
    }

    readonly struct LongOf : IConversion<ulong>
    {
        public static void Do(in Block b, ulong* v) => (v[0], v[1]) = (b.X | (ulong)b.Y << 32, b.Z | (ulong)b.W << 32);
    }

    /// <summary>A block's normals of a type; gives how many they are.</summary>
    internal static int Normals<T>(in Block block, Span<T> values) where T : unmanaged
    {
        fixed (T* v = values)
        {
            if (typeof(T) == typeof(float)) NormalSingleOf.Do(block, (float*)v);
            else NormalDoubleOf.Do(block, (double*)v);
        }
        return 16 / sizeof(T);
    }

    // Box and Muller: two uniforms give two normals
    readonly struct NormalSingleOf : IConversion<float>
    {
        public static void Do(in Block b, float* v)
        {
            Pair(b.X, b.Y, v);
            Pair(b.Z, b.W, v + 2);
        }

        static void Pair(uint x, uint y, float* v)
        {
            float radius = MathF.Sqrt(-2 * MathF.Log(Math.Max(ToSingle(x), 1e-7f)));
            (float sin, float cos) = MathF.SinCos((float)(2 * Math.PI * ToSingle(y)));
            (v[0], v[1]) = (sin * radius, cos * radius);
        }
    }

    readonly struct NormalDoubleOf : IConversion<double>
    {
        public static void Do(in Block b, double* v)
        {
            double radius = Math.Sqrt(-2 * Math.Log(Math.Max(ToDouble(b.X, b.Y), 1e-7)));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * ToDouble(b.Z, b.W));
            (v[0], v[1]) = (sin * radius, cos * radius);
        }
    }

    /// <summary>low + bits mod (high - low), the bits as an unsigned number; low and high are scalars.</summary>
    internal static void Range32(byte* d, byte* a, byte* b, byte* c, long first, int n)
    {
        int low = *(int*)b;
        uint range = (uint)(*(int*)c - low);
        for (int i = 0; i < n; i++)
            ((int*)d)[i] = (int)((uint)low + ((uint*)a)[i] % range);
    }

    internal static void Range64(byte* d, byte* a, byte* b, byte* c, long first, int n)
    {
        long low = *(long*)b;
        ulong range = (ulong)(*(long*)c - low);
        for (int i = 0; i < n; i++)
            ((long*)d)[i] = (long)((ulong)low + ((ulong*)a)[i] % range);
    }
}
