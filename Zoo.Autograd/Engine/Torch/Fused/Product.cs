using System.Runtime.Intrinsics.X86;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Products of float32 matrices, for processors on which MKL takes its slower way. Blocks of the right matrix are packed so that they stay in the second cache; a
/// tile of the result stays in registers while a block of the depth is added up. A result's bits depend neither on the threads nor on the rows beside it.
/// </summary>
internal static unsafe class Product
{
    internal const int Depth = 512, Packed = 1 << 17;
    const int Rows = ProductTile.Rows, Panel = ProductTile.Panel;

    /// <summary>Multiplications and additions that a core does, about.</summary>
    const long PerNanosecond = 50;

    static bool Faster { get; } = Avx512F.IsSupported && X86Base.IsSupported && X86Base.CpuId(0, 0) is (_, 0x68747541, 0x444D4163, 0x69746E65);   // "AuthenticAMD"

    /// <summary>Whether a product of such sizes is faster here.</summary>
    internal static bool Suits(long rows, long depth, long columns) => Faster && rows >= 16 && columns >= 8 && depth >= 4 && rows * depth * columns >= 1 << 16 && Math.Max(rows * columns, depth * Math.Max(rows, columns)) <= int.MaxValue;

    /// <summary>The product of a node MatMul, where it is faster here; else null.</summary>
    internal static Value? Of(Kernel k, Value? bias = null, bool relu = false, Value? features = null)
    {
        if (!Fits(k.Node)) return null;
        var (rows, depth, columns) = Sizes(k.Node);
        return Make(k, k[0], k.Node.Flag("transpose_a"), k[1], k.Node.Flag("transpose_b"), bias, rows, depth, columns, k.OutShape(), relu, features);
    }

    /// <summary>BiasAdd(MatMul(a, b), bias), the product reshaped or not, and Relu of it.</summary>
    internal static readonly Op Biased = new("_MatMulBias", "a:T b:T bias:T -> product:T ; to:shape transpose_a:bool transpose_b:bool relu:bool T:wide")
    {
        Shape = s => s.Attr<Shape>("to"),
        Arithmetic = LinearOps.MatMul.Arithmetic,
        Kernel = k => Of(k, k[2], k.Node.Flag("relu"))!,
    };

    /// <summary>ReluGrad(MatMul(a, b), features), the product reshaped or not.</summary>
    internal static readonly Op Back = new("_MatMulReluGrad", "a:T b:T features:T -> product:T ; to:shape transpose_a:bool transpose_b:bool T:wide")
    {
        Shape = Biased.Shape,
        Arithmetic = Biased.Arithmetic,
        Kernel = k => Of(k, features: k[2])!,
    };

    /// <summary>Whether a node MatMul is faster here.</summary>
    internal static bool Fits(Node product) => product.Out.DType == DType.Float32 && product[0].Shape.HasRank && product[1].Shape.HasRank && Sizes(product) is var (rows, depth, columns) && Suits(rows, depth, columns);

    static (long Rows, long Depth, long Columns) Sizes(Node product) =>
        (product[0].Shape[product.Flag("transpose_a") ? 1 : 0], product[0].Shape[product.Flag("transpose_a") ? 0 : 1], product[1].Shape[product.Flag("transpose_b") ? 0 : 1]);

    /// <summary>A product of two matrices, each of which may lie transposed, with a bias for the columns, back through a Relu, or through one forward, as far as asked; null where it is not faster here.</summary>
    internal static Value? Make(Kernel k, Value a, bool transposeA, Value b, bool transposeB, Value? bias, long rows, long depth, long columns, Shape result, bool relu = false, Value? features = null)
    {
        if (!Suits(rows, depth, columns)) return null;
        var threads = Threads(rows, depth, columns);
        return k.Host((from, to) =>
        {
            var (m, n, d) = ((int)rows, (int)columns, (int)depth);
            float* left = (float*)from[0], right = (float*)from[1], added = bias is null ? null : (float*)from[2], into = (float*)to[0], room = (float*)to[1];
            var back = features is null ? 0 : from[^1] - to[0];
            if (transposeB) Run(left, transposeA, new ColumnMajor(right, d), into, added, m, d, n, room, threads, relu, back);
            else Run(left, transposeA, new RowMajor(right, n), into, added, m, d, n, room, threads, relu, back);
        }, [a, b, .. new[] { bias, features }.OfType<Value>()], (result, DType.Float32), (Room(columns, depth, threads), DType.Float32))[0];
    }

    /// <summary>How many threads a product is worth. By its sizes alone.</summary>
    internal static int Threads(long rows, long depth, long columns) => (int)Math.Clamp(rows * depth * columns / (PerNanosecond * ParallelFor.Worth), 1, TorchThreads.Count);

    /// <summary>The floats that a product needs as room of its own, on up to so many threads.</summary>
    internal static Shape Room(long columns, long depth, int threads) => Shape.Create([threads * PartRoom(columns, depth)]);

    /// <summary>Sums of a tile, packed panels and a packed tile of the left side: whole cache lines.</summary>
    static long PartRoom(long columns, long depth) => Rows * Panel + Block(depth) * Math.Min((columns + Panel - 1) / Panel * Panel, Columns(depth)) + (Rows * Block(depth) + 15) / 16 * 16;

    /// <summary>The most elements of a row that are added up at once.</summary>
    static long Block(long depth) => (depth + Blocks(depth) - 1) / Blocks(depth);

    static long Blocks(long depth) => (depth + Depth - 1) / Depth;

    /// <summary>How many columns are packed at once.</summary>
    static long Columns(long depth) => Packed / Block(depth) / Panel * Panel;

    /// <summary>The product with a left matrix that may lie transposed, a bias for the columns where there is one, and Relu where asked, or ReluGrad by what lies so far from the result, into row-major memory, with room for so many threads.</summary>
    internal static void Run<TRight>(float* a, bool transposeA, TRight b, float* c, float* bias, int rows, int depth, int columns, float* room, int threads, bool relu = false, nint features = 0) where TRight : struct, IProductRight
    {
        var parts = Math.Min(threads, TorchThreads.Count);
        var body = Whole(a, transposeA, b, c, bias, rows, depth, columns, room) with { Parts = parts, Relu = relu, Features = features };
        var (tiles, panels) = ((rows + Rows - 1) / Rows, (columns + Panel - 1) / Panel);
        body.ByRows = panels < parts || panels % parts != 0 && panels < 4 * parts && tiles > 2 * panels;
        ParallelFor.Run(ref body, parts, 1);
    }

    /// <summary>The same on the calling thread alone; with <paramref name="add"/> it is added to what is there.</summary>
    internal static void Serial<TRight>(float* a, bool transposeA, TRight b, float* c, float* bias, int rows, int depth, int columns, float* room, bool add = false) where TRight : struct, IProductRight =>
        (Whole(a, transposeA, b, c, bias, rows, depth, columns, room) with { Add = add }).Do(0, 1);

    static Body<TRight> Whole<TRight>(float* a, bool transposeA, TRight b, float* c, float* bias, int rows, int depth, int columns, float* room) where TRight : struct, IProductRight =>
        new() { A = a, B = b, C = c, Bias = bias, Room = room, Size = PartRoom(columns, depth), M = rows, K = depth, N = columns, TransposeA = transposeA, Parts = 1 };

    struct Body<TRight> : IRangeBody where TRight : struct, IProductRight
    {
        internal float* A, C, Bias, Room;
        internal TRight B;
        internal long Size;
        internal nint Features;
        internal int M, K, N, Parts;
        internal bool TransposeA, ByRows, Add, Relu;

        public readonly void Do(long begin, long end)
        {
            for (var part = begin; part < end; part++)
            {
                var (firstRow, lastRow) = ByRows ? Share(part, M, Rows) : (0, M);
                var (firstColumn, lastColumn) = ByRows ? (0, N) : Share(part, N, Panel);
                Part(Room + part * Size, firstRow, lastRow, firstColumn, lastColumn);
            }
        }

        readonly (int, int) Share(long part, int all, int unit)
        {
            long units = (all + unit - 1) / unit;
            return ((int)Math.Min(all, units * part / Parts * unit), (int)Math.Min(all, units * (part + 1) / Parts * unit));
        }

        readonly void Part(float* room, int firstRow, int lastRow, int firstColumn, int lastColumn)
        {
            float* sums = room, packed = sums + Rows * Panel, tile = room + Size - (Rows * Product.Block(K) + 15) / 16 * 16;
            var (blocks, columns, rows) = (Blocks(K), (int)Math.Min(N, Columns(K)), 0);
            for (var column = firstColumn; column < lastColumn; column += columns)
                for (var block = 0; block < blocks; block++)
                {
                    var (k, last) = ((int)(K * block / blocks), Math.Min(lastColumn, column + columns));
                    var depth = (int)(K * (block + 1) / blocks) - k;
                    var end = block < blocks - 1 ? new ProductEnd(k > 0 || Add, null, false, 0) : new(k > 0 || Add, Bias, Relu, Features);
                    nint down = 0;
                    var direct = ProductTile.Height(lastRow - firstRow) == Rows ? B.At(k, column, out down) : null;
                    var whole = direct is null ? 0 : (last - column) / Panel * Panel;   // columns that the first tiles pack
                    if (column + whole < last) B.Pack(k, depth, column + whole, last - column - whole, packed + (nint)whole * depth);
                    var (nextK, nextColumn) = block < blocks - 1 ? (k + depth, column) : (0, column + columns);
                    var next = whole > 0 && nextColumn < lastColumn ? B.At(nextK, nextColumn, out down) : null;
                    for (var i = firstRow; i < lastRow; i += rows)
                    {
                        rows = ProductTile.Height(lastRow - i);
                        var left = TransposeA ? A + (nint)k * M + i : A + (nint)i * K + k;
                        nint row = TransposeA ? 1 : K, step = TransposeA ? M : 1;
                        for (var j = column; j < last; j += Panel)
                        {
                            float* panel = packed + (nint)(j - column) * depth, c = C + (nint)i * N + j;
                            var wide = rows == Rows && last - j >= Panel;
                            var (packLeft, packRight) = (wide && TransposeA && j == column && last - j > Panel, wide && i == firstRow && whole > 0);
                            var ahead = next is not null && i > firstRow && i - firstRow <= 4 * Rows ? next + (j - column) + (i - firstRow - Rows) / Rows * 16 : null;
                            if (packLeft || packRight) ProductTile.Packing(left, row, step, depth, packLeft ? tile : null, packRight ? direct + (j - column) : null, down, panel, c, N, end.At(j), ahead);
                            else ProductTile.Run(left, row, step, rows, depth, panel, c, N, Math.Min(Panel, last - j), end.At(j), sums, ahead, down);
                            if (!packLeft) continue;
                            left = tile;
                            step = Rows;
                        }
                    }
                }
        }
    }
}
