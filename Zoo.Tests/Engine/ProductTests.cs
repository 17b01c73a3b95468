using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Our own matrix products, on any processor with the instructions: sizes around every edge of their blocks.</summary>
public unsafe class ProductTests
{
    [Test]
    public void A_product_is_what_its_sums_are_and_has_the_same_bits_whatever_goes_with_it([Values(16, 18, 20, 21, 25, 50, 55, 133)] int rows, [Values(4, 17, 513, 1100)] int depth, [Values(8, 10, 64, 65, 300)] int columns, [Values] bool transposeA, [Values] bool transposeB)
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported) Assert.Ignore("Product needs AVX-512.");
        var random = new Random(rows * 7 + depth * 3 + columns);
        float[] a = Numbers(rows * depth), b = Numbers(depth * columns);
        float[] one = Run(a, rows, 1), two = Run(a, rows, 2);
        Assert.That(two, Is.EqualTo(one), "one and two threads");
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < columns; j++)
            {
                var (sum, size) = (0.0, 0.0);
                for (var k = 0; k < depth; k++)
                {
                    var term = (double)A(i, k) * (transposeB ? b[j * depth + k] : b[k * columns + j]);
                    (sum, size) = (sum + term, size + Math.Abs(term));
                }
                Assert.That(one[i * columns + j], Is.EqualTo(sum).Within(depth * 6e-8 * size), $"row {i}, column {j}");
            }
        if (transposeA) return;
        var fewer = Run(a, rows - 1, 1);
        Assert.That(fewer, Is.EqualTo(one[..fewer.Length]), "without the last row");

        float A(int i, int k) => transposeA ? a[k * rows + i] : a[i * depth + k];

        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

        // with guards around what is written
        float[] Run(float[] left, int count, int threads)
        {
            var before = TorchThreads.Count;
            TorchThreads.Count = threads;
            try
            {
                var (result, room) = (new float[count * columns + 32], new float[Product.Room(columns, depth, threads).Elements + 32]);
                Array.Fill(result, 7);
                Array.Fill(room, 7);
                fixed (float* x = left, y = b, z = &result[16], w = &room[16])
                    if (transposeB) Product.Run(x, transposeA, new ColumnMajor(y, depth), z, null, count, depth, columns, w, threads);
                    else Product.Run(x, transposeA, new RowMajor(y, columns), z, null, count, depth, columns, w, threads);
                foreach (var array in new[] { result, room })
                {
                    Assert.That(array[..16], Is.All.EqualTo(7));
                    Assert.That(array[^16..], Is.All.EqualTo(7));
                }
                return result[16..^16];
            }
            finally { TorchThreads.Count = before; }
        }
    }

    [Test]
    public void What_is_done_to_a_products_sums_gives_the_bits_of_steps_apart([Values(16, 45)] int rows, [Values(20, 600)] int depth, [Values(10, 70, 128)] int columns, [Values] bool transposeA, [Values] bool transposeB, [Values("BiasAdd", "Relu", "ReluGrad")] string end, [Values] bool reshaped)
    {
        var random = new Random(3);
        Variable a = Noise(transposeA ? [depth, rows] : [rows, depth]), b = Noise(transposeB ? [columns, depth] : [depth, columns]), bias = Noise([columns]);
        var product = A.MatMul(a, b, transposeA, transposeB);
        var shaped = reshaped ? A.Reshape(product, Shape.Create([-1, rows == 16 ? 4 : 9, columns])) : product;
        var sum = end == "ReluGrad" ? NNOps.ReluGrad.Call(shaped, Noise(shaped.Shape.Dims.ToArray())) : A.BiasAdd(shaped, bias);
        var result = end == "Relu" ? A.Relu(sum) : sum;
        var (together, apart) = (Run(result), Run(result, product, sum));
        Assert.That(together, Is.EqualTo(apart));
        Assert.That(together.Min(), end == "Relu" ? Is.Zero : Is.Negative);

        // what is fetched is not taken into another call
        static float[] Run(params Variable[] fetches)
        {
            using var session = TestEngines.Get("embedded").Compile(new Zoo.Autograd.Graph.Program { Feeds = [], Fetches = fetches });
            var fetched = new NDArray?[fetches.Length];
            session.Run([], fetched);
            return fetched[0]!.ToArray<float>();
        }

        Variable Noise(long[] dims)
        {
            var shape = Shape.Create(dims);
            return new Parameter(NDArray.From([.. Enumerable.Range(0, (int)shape.Elements).Select(_ => random.NextSingle() - 0.5f)], shape), "noise").Variable;
        }
    }
}
