using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Bands and diagonals of matrices, over any leading axes.</summary>
internal static class DiagonalOps
{
    const string Align = "T:type align:string=RIGHT_LEFT";

    internal static readonly Op MatrixBandPart = new("MatrixBandPart", "input:T num_lower:Tindex num_upper:Tindex -> band:T ; T:type Tindex:index=int64")
    {
        Shape = s =>
        {
            s.Rank(1, 0);
            s.Rank(2, 0);
            return Matrices(s);
        },
        Grad = (n, g) => [MatrixBandPart!.Call(g, n[1], n[2]), null, null],
        Composite = n =>
        {
            var down = A.Cast(A.Range((int)n[0].Shape[-2]), n[1].DType);
            var below = A.ExpandDims(down, 1) - A.Cast(A.Range((int)n[0].Shape[-1]), n[1].DType);   // how far below the diagonal
            var inside = (n[1] < 0 | below <= n[1]) & (n[2] < 0 | -below <= n[2]);
            return [A.Where(inside, n[0], A.ZerosLike(n[0]))];
        },
    };

    internal static readonly Op MatrixDiagV3 = new("MatrixDiagV3", $"diagonal:T k:int32 num_rows:int32 num_cols:int32 padding_value:T -> output:T ; {Align}")
    {
        Shape = s =>
        {
            s.Rank(1, 0, 1);
            for (var i = 2; i < 5; i++) s.Rank(i, 0);
            return Spread(s, s.Known(1), s.Known(2) is [var r] ? r : null, s.Known(3) is [var c] ? c : null);
        },
        Grad = (n, g) =>
        {
            var inside = MatrixDiagPartV3!.Call([g, n[1], A.ZerosLike(n[4])], ("align", n.Text("align")));
            return [inside, null, null, null, A.Sum(g) - A.Sum(MatrixDiagV3!.Call([inside, n[1], A.SizeOf(g, -2), A.SizeOf(g, -1), A.ZerosLike(n[4])], ("align", n.Text("align"))))];
        },
        Kernel = k =>
        {
            var band = Band.Of(k.ConstInts(1), k.OutShape(), k.Node.Text("align"));
            var map = new int[band.Rows * band.Columns];
            Array.Fill(map, -1);
            foreach (var (place, matrix) in band.Pairs()) map[matrix] = place;
            return k.Moves(new Placed(Count(k.OutShape(), 2), band.Diagonals * band.Longest, map, 4));
        },
    };

    internal static readonly Op MatrixDiagPartV3 = new("MatrixDiagPartV3", $"input:T k:int32 padding_value:T -> diagonal:T ; {Align}")
    {
        Shape = s =>
        {
            s.Rank(1, 0, 1);
            s.Rank(2, 0);
            return Part(s, s.Known(1));
        },
        Grad = (n, g) => [MatrixSetDiagV3!.Call([A.ZerosLike(n[0]), g, n[1]], ("align", n.Text("align"))), null, null],
        Kernel = k =>
        {
            var band = Band.Of(k.ConstInts(1), k.Shape(0), k.Node.Text("align"));
            var map = new int[band.Diagonals * band.Longest];
            Array.Fill(map, -1);
            foreach (var (place, matrix) in band.Pairs()) map[place] = matrix;
            return k.Moves(new Placed(Count(k.Shape(0), 2), band.Rows * band.Columns, map, 2));
        },
    };

    internal static readonly Op MatrixSetDiagV3 = new("MatrixSetDiagV3", $"input:T diagonal:T k:int32 -> output:T ; {Align}")
    {
        Shape = s =>
        {
            s.Rank(2, 0, 1);
            if (!Part(s, s.Known(2)).Accepts(s[1])) throw s.Fail($"the diagonals of {s[0]} have shape {Part(s, s.Known(2))}", "Expected that shape of the new ones.");
            return s[0];
        },
        Grad = (n, g) => [MatrixSetDiagV3!.Call([g, A.ZerosLike(n[1]), n[2]], ("align", n.Text("align"))), MatrixDiagPartV3.Call([g, n[2], A.Constant(0, g.DType)], ("align", n.Text("align"))), null],
        Kernel = k =>
        {
            var band = Band.Of(k.ConstInts(2), k.Shape(0), k.Node.Text("align"));
            return k.Moves(new Replaced(Count(k.Shape(0), 2), band.Rows * band.Columns, band.Diagonals * band.Longest, [.. band.Pairs()]));
        },
    };

    internal static readonly Op MatrixDiag = Older("MatrixDiag", "diagonal:T -> output:T", s => Spread(s, [0], -1, -1), n => MatrixDiagV3.Call(n[0], A.Constant(0, DType.Int32), A.Constant(-1, DType.Int32), A.Constant(-1, DType.Int32), Zero(n)),
        (n, g) => [MatrixDiagPart!.Call(g)]);
    internal static readonly Op MatrixDiagPart = Older("MatrixDiagPart", "input:T -> diagonal:T", s => Part(s, [0]), n => MatrixDiagPartV3.Call(n[0], A.Constant(0, DType.Int32), Zero(n)),
        (n, g) => [MatrixSetDiag!.Call(A.ZerosLike(n[0]), g)]);
    internal static readonly Op MatrixSetDiag = Older("MatrixSetDiag", "input:T diagonal:T -> output:T", s => Part(s, [0]).Accepts(s[1]) ? s[0] : throw s.Fail($"the diagonals of {s[0]} have shape {Part(s, [0])}", "Expected that shape of the new ones."),
        n => MatrixSetDiagV3.Call(n[0], n[1], A.Constant(0, DType.Int32)), (n, g) => [MatrixSetDiag!.Call(g, A.ZerosLike(n[1])), MatrixDiagPart.Call(g)]);
    internal static readonly Op MatrixDiagV2 = Older("MatrixDiagV2", "diagonal:T k:int32 num_rows:int32 num_cols:int32 padding_value:T -> output:T", MatrixDiagV3.Shape, n => MatrixDiagV3.Call(n.Inputs, Left).Out, (n, g) => MatrixDiagV3.Grad!(MatrixDiagV3.Call(n.Inputs, Left), g));
    internal static readonly Op MatrixDiagPartV2 = Older("MatrixDiagPartV2", "input:T k:int32 padding_value:T -> diagonal:T", MatrixDiagPartV3.Shape, n => MatrixDiagPartV3.Call(n.Inputs, Left).Out, (n, g) => MatrixDiagPartV3.Grad!(MatrixDiagPartV3.Call(n.Inputs, Left), g));
    internal static readonly Op MatrixSetDiagV2 = Older("MatrixSetDiagV2", "input:T diagonal:T k:int32 -> output:T", MatrixSetDiagV3.Shape, n => MatrixSetDiagV3.Call(n.Inputs, Left).Out, (n, g) => MatrixSetDiagV3.Grad!(MatrixSetDiagV3.Call(n.Inputs, Left), g));

    internal static readonly Op Diag = Older("Diag", "diagonal:T -> output:T", s => s[0].HasRank ? s[0].Rank > 0 ? s[0].Concat(s[0]) : throw s.Fail("the input is a single number", "Expected at least one axis.") : Shape.Unknown,
        n => A.Reshape(MatrixDiag.Call(A.Reshape(n[0], [n[0].Shape.Elements])), n.Out.Shape), (n, g) => [DiagPart!.Call(g)]);
    internal static readonly Op DiagPart = Older("DiagPart", "input:T -> diagonal:T", s =>
    {
        if (!s[0].HasRank) return Shape.Unknown;
        var half = s[0].Rank / 2;
        if (half == 0 || s[0].Rank % 2 != 0 || !s[0][..half].Accepts(s[0][half..])) throw s.Fail("the axes do not come in equal halves", "Expected a shape that repeats.");
        return s[0][..half].Merge(s[0][half..]);
    }, n => A.Reshape(MatrixDiagPart.Call(A.Reshape(n[0], [n.Out.Shape.Elements, n.Out.Shape.Elements])), n.Out.Shape), (n, g) => [Diag.Call(g)]);

    internal static readonly Op Cross = new("Cross", "a:T b:T -> product:T ; T:real")
    {
        Shape = s =>
        {
            var shape = s.Alike(0, 1);
            return !shape.HasRank || shape.Rank > 0 && shape[-1] is 3 or Dim.Any ? shape : throw s.Fail("the last axis is not that of vectors in space", "Expected size 3.");
        },
        Grad = (n, g) => [Cross!.Call(n[1], g), Cross!.Call(g, n[0])],
        Composite = n =>
        {
            Variable Turned(Variable v, int by) => ReorderOps.Roll.Call(v, A.Constant(-by, DType.Int32), A.Constant(-1, DType.Int32));
            return [Turned(n[0], 1) * Turned(n[1], 2) - Turned(n[0], 2) * Turned(n[1], 1)];
        },
    };

    static Attrs Left => Attrs.Of(("align", "LEFT_LEFT"));

    static Variable Zero(Node n) => A.Constant(0, n.Out.DType);

    static Op Older(string name, string signature, Func<ShapeContext, Shapes> shape, Func<Node, Variable> body, Func<Node, Variable, Variable?[]> grad) =>
        new(name, $"{signature} ; T:{(name.StartsWith("Diag", StringComparison.Ordinal) ? "wide" : "numeric")}") { Shape = shape, Grad = grad, Composite = n => [body(n)] };

    static Op Older(string name, string signature, Func<ShapeContext, Shape> shape, Func<Node, Variable> body, Func<Node, Variable, Variable?[]> grad) => Older(name, signature, s => (Shapes)shape(s), body, grad);

    static int Count(Shape shape, int inner) => (int)shape[..^inner].Elements;

    static Shape Matrices(ShapeContext s) => !s[0].HasRank || s[0].Rank >= 2 ? s[0] : throw s.Fail($"the input has rank {s[0].Rank}", "Expected matrices: rank 2 or more.");

    /// <summary>The shape of the diagonals k of matrices.</summary>
    static Shape Part(ShapeContext s, long?[]? k)
    {
        if (!Matrices(s).HasRank) return Shape.Unknown;
        if (k is { Length: not (1 or 2) }) throw s.Fail($"{k.Length} diagonals are named", "Expected one, or the first and the last.");
        if (k is not ([{ }] or [{ }, { }])) return Shape.Unknown;
        long low = k[0]!.Value, high = k[^1]!.Value, rows = s[0][-2], columns = s[0][-1];
        if (low > high || rows >= 0 && low <= -rows && low != 0 || columns >= 0 && high >= columns && high != 0) throw s.Fail($"there are no diagonals {low} to {high}", $"Expected them from {1 - rows} to {columns - 1}, the lower one first.");
        var length = rows < 0 || columns < 0 ? Dim.Any : Math.Min(rows + Math.Min(high, 0), columns - Math.Max(low, 0));
        return low == high ? s[0][..^2].Concat([length]) : s[0][..^2].Concat([high - low + 1, length]);
    }

    /// <summary>The shape of matrices with diagonals k.</summary>
    static Shape Spread(ShapeContext s, long?[]? k, long? rows, long? columns)
    {
        if (!s[0].HasRank) return Shape.Unknown;
        if (s[0].Rank < 1) throw s.Fail("the diagonal is a single number", "Expected a vector.");
        if (k is { Length: not (1 or 2) }) throw s.Fail($"{k.Length} diagonals are named", "Expected one, or the first and the last.");
        if (k is not ([{ }] or [{ }, { }])) return Shape.Unknown;
        long low = k[0]!.Value, high = k[^1]!.Value, count = high - low + 1;
        if (low > high || low != high && (s[0].Rank < 2 || s[0][-2] >= 0 && s[0][-2] != count)) throw s.Fail($"there are not as many rows as diagonals {low} to {high}", $"Expected {count}.");
        var batch = low == high ? s[0][..^1] : s[0][..^2];
        if (s[0][-1] < 0 || rows is null || columns is null) return batch.Concat([Dim.Any, Dim.Any]);
        long least = s[0][-1] - Math.Min(high, 0), wide = s[0][-1] + Math.Max(low, 0);
        var (h, w) = (rows.Value, columns.Value) switch
        {
            (-1, -1) => (Math.Max(least, wide), Math.Max(least, wide)),
            (-1, var given) => (least, given),
            (var given, -1) => (given, wide),
            var both => both,
        };
        if (h < least || w < wide || h > least && w > wide) throw s.Fail($"matrices of {h} × {w} do not have diagonals of {s[0][-1]}", $"Expected {least} rows or {wide} columns.");
        return batch.Concat([h, w]);
    }

    /// <summary>Diagonals low to high of a matrix, stored one a row, the highest first.</summary>
    sealed record Band(int Low, int High, int Rows, int Columns, string Align)
    {
        internal static Band Of(long[] k, Shape matrices, string align) => new((int)k[0], (int)k[^1], (int)matrices[-2], (int)matrices[-1], align);

        internal int Diagonals => High - Low + 1;
        internal int Longest => Math.Min(Rows + Math.Min(High, 0), Columns - Math.Max(Low, 0));

        /// <summary>Each element's place among the diagonals and in the matrix.</summary>
        internal IEnumerable<(int Place, int Matrix)> Pairs()
        {
            for (var d = High; d >= Low; d--)
            {
                var length = Math.Min(Rows + Math.Min(d, 0), Columns - Math.Max(d, 0));
                var left = d >= 0 && Align.StartsWith("LEFT", StringComparison.Ordinal) || d <= 0 && Align.EndsWith("LEFT", StringComparison.Ordinal);
                for (var i = 0; i < length; i++)
                    yield return ((High - d) * Longest + i + (left ? 0 : Longest - length), (i + Math.Max(-d, 0)) * Columns + i + Math.Max(d, 0));
            }
        }
    }

    /// <summary>Elements at places known when planned; -1 is the padding, another input.</summary>
    sealed record Placed(int Count, int Size, int[] Map, int Padding) : IMoveKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            Span<T> x = HostMemory.Span<T>(from[0], Count * Size), y = HostMemory.Span<T>(to[0], Count * Map.Length);
            var padding = HostMemory.Span<T>(from[Padding], 1)[0];
            for (var b = 0; b < Count; b++)
                for (var i = 0; i < Map.Length; i++) y[b * Map.Length + i] = Map[i] < 0 ? padding : x[b * Size + Map[i]];
        }
    }

    sealed record Replaced(int Count, int Size, int Width, (int Place, int Matrix)[] Pairs) : IMoveKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            Span<T> x = HostMemory.Span<T>(from[1], Count * Width), y = HostMemory.Span<T>(to[0], Count * Size);
            HostMemory.Span<T>(from[0], Count * Size).CopyTo(y);
            for (var b = 0; b < Count; b++)
                foreach (var (place, matrix) in Pairs) y[b * Size + matrix] = x[b * Width + place];
        }
    }
}
