using System.Runtime.Intrinsics.X86;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Products of float32 matrices, for processors on which MKL takes its slower way. Blocks of the right matrix are packed so that they stay in the second cache; a
/// tile of the result stays in registers while a block of the depth is added up. A result's bits depend neither on the threads nor on the rows beside it.
/// </summary>
internal static unsafe class Product
{
    const int Depth = 512, Packed = 1 << 17, Rows = ProductTile.Rows, Panel = ProductTile.Panel;

    /// <summary>Multiplications and additions that a core does, about.</summary>
    const long PerNanosecond = 50;

    static bool Faster { get; } = Avx512F.IsSupported && X86Base.IsSupported && X86Base.CpuId(0, 0) is (_, 0x68747541, 0x444D4163, 0x69746E65);   // "AuthenticAMD"

    /// <summary>Whether a product of such sizes is faster here.</summary>
    internal static bool Suits(long rows, long depth, long columns) => Faster && rows >= 16 && columns >= 8 && depth >= 4 && rows * depth * columns >= 1 << 16 && Math.Max(rows * columns, depth * Math.Max(rows, columns)) <= int.MaxValue;

    /// <summary>The product of a node MatMul, where it is faster here; else null.</summary>
    internal static Value? Of(Kernel k)
    {
        var (transposeA, transposeB) = (k.Node.Flag("transpose_a"), k.Node.Flag("transpose_b"));
        return k.DType() == DType.Float32 ? Make(k, k[0], transposeA, k[1], transposeB, null, k.OutShape()[0], k.Shape(0)[transposeA ? 0 : 1], k.OutShape()[1], k.OutShape()) : null;
    }

    /// <summary>A product of two matrices, each of which may lie transposed, and a bias for the columns; null where it is not faster here.</summary>
    internal static Value? Make(Kernel k, Value a, bool transposeA, Value b, bool transposeB, Value? bias, long rows, long depth, long columns, Shape result)
    {
        if (!Suits(rows, depth, columns)) return null;
        var threads = Threads(rows, depth, columns);
        return k.Host((from, to) =>
        {
            var (m, n, d) = ((int)rows, (int)columns, (int)depth);
            float* left = (float*)from[0], right = (float*)from[1], added = from.Length > 2 ? (float*)from[2] : null, into = (float*)to[0], room = (float*)to[1];
            if (transposeB) Run(left, transposeA, new ColumnMajor(right, d), into, added, m, d, n, room, threads);
            else Run(left, transposeA, new RowMajor(right, n), into, added, m, d, n, room, threads);
        }, bias is null ? [a, b] : [a, b, bias], (result, DType.Float32), (Room(columns, depth, threads), DType.Float32))[0];
    }

    /// <summary>How many threads a product is worth. By its sizes alone.</summary>
    internal static int Threads(long rows, long depth, long columns) => (int)Math.Clamp(rows * depth * columns / (PerNanosecond * ParallelFor.Worth), 1, TorchThreads.Count);

    /// <summary>The floats that a product needs as room of its own, on up to so many threads.</summary>
    internal static Shape Room(long columns, long depth, int threads) => Shape.Create([threads * PartRoom(columns, depth)]);

    static long PartRoom(long columns, long depth) => Block(depth) * Math.Min((columns + Panel - 1) / Panel * Panel, Columns(depth)) + ProductTile.Room(Block(depth)) + Rows * Panel;

    /// <summary>The most elements of a row that are added up at once.</summary>
    static long Block(long depth) => (depth + Blocks(depth) - 1) / Blocks(depth);

    static long Blocks(long depth) => (depth + Depth - 1) / Depth;

    /// <summary>How many columns are packed at once.</summary>
    static long Columns(long depth) => Packed / Block(depth) / Panel * Panel;

    /// <summary>The product with a left matrix that may lie transposed, and a bias for the columns where there is one, into row-major memory, with room for so many threads.</summary>
    internal static void Run<TRight>(float* a, bool transposeA, TRight b, float* c, float* bias, int rows, int depth, int columns, float* room, int threads) where TRight : struct, IProductRight
    {
        var parts = Math.Min(threads, TorchThreads.Count);
        var body = Whole(a, transposeA, b, c, bias, rows, depth, columns, room) with { Parts = parts };
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
        internal int M, K, N, Parts;
        internal bool TransposeA, ByRows, Add;

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
            var sums = room;
            var tile = sums + Rows * Panel;
            var packed = tile + ProductTile.Room(Product.Block(K));
            var (blocks, columns, rows) = (Blocks(K), (int)Math.Min(N, Columns(K)), 0);
            for (var column = firstColumn; column < lastColumn; column += columns)
                for (var block = 0; block < blocks; block++)
                {
                    var (k, last) = ((int)(K * block / blocks), Math.Min(lastColumn, column + columns));
                    var depth = (int)(K * (block + 1) / blocks) - k;
                    B.Pack(k, depth, column, last - column, packed);
                    float* next = tile;
                    for (int i = firstRow, there = firstRow; i < lastRow; i += rows)
                    {
                        rows = ProductTile.Height(lastRow - i);
                        if (TransposeA && i == there) there += ProductTile.Pack(A + (nint)k * M + i, M, lastRow - i, depth, next = tile);
                        if (k == 0 && Bias is not null)
                            for (var r = 0; r < rows; r++) new Span<float>(Bias + column, last - column).CopyTo(new(C + (nint)(i + r) * N + column, last - column));
                        for (var j = column; j < last; j += Panel)
                            ProductTile.Run(TransposeA ? next : A + (nint)i * K + k, TransposeA ? 1 : K, TransposeA ? rows : 1, rows, depth, packed + (nint)(j - column) * depth, C + (nint)i * N + j, N, Math.Min(Panel, last - j), k > 0 || Add || Bias is not null, sums);
                        next += ProductTile.Size(rows, depth);
                    }
                }
        }
    }
}
