using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Elements in another order: rolled, reversed up to a length, blocks of space moved to batch or depth and back.</summary>
internal static class ReorderOps
{
    const string Blocks = "T:type Tblock_shape:index=int32";

    internal static readonly Op Roll = new("Roll", "input:T shift:Tshift axis:Taxis -> output:T ; T:type Tshift:index Taxis:index")
    {
        Shape = s =>
        {
            s.Rank(1, 0, 1);
            s.Rank(2, 0, 1);
            if (s[1].HasRank && s[2].HasRank && !s[1].Accepts(s[2])) throw s.Fail("there are not as many shifts as axes", "Expected one for each.");
            if (s[0].HasRank && s[0].Rank == 0) throw s.Fail("the input is a single number", "Expected at least one axis.");
            if (s[0].HasRank && s.Known(2) is { } axes)
                foreach (var axis in axes)
                    if (axis is { } known) s.Axis(known, s[0].Rank);
            return s[0];
        },
        Grad = (n, g) => [Roll!.Call(g, -n[1], n[2]), null, null],
        Composite = n =>
        {
            var (x, shifts, axes) = (n[0], ShapeValues.NeededInts(n, 1), ShapeValues.NeededInts(n, 2));
            for (var i = 0; i < axes.Length; i++)
            {
                var axis = (int)(axes[i] < 0 ? axes[i] + x.Shape.Rank : axes[i]);
                var size = x.Shape[axis];
                var shift = size == 0 ? 0 : (int)((shifts[i] % size + size) % size);
                if (shift != 0) x = A.Concat([Part(x, axis, size - shift, size), Part(x, axis, 0, size - shift)], axis);
            }
            return [x];
        },
    };

    internal static readonly Op ReverseSequence = new("ReverseSequence", "input:T seq_lengths:Tlen -> output:T ; seq_dim:int batch_dim:int=0 T:type Tlen:index=int64")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (s.Int("seq_dim") < 0 || s.Int("batch_dim") < 0) throw s.Fail("an axis is negative", "Expected axes counted from the front.");
            if (!s[0].HasRank) return Shape.Unknown;
            int time = s.Axis(s.Int("seq_dim"), s[0].Rank), batch = s.Axis(s.Int("batch_dim"), s[0].Rank);
            if (time == batch) throw s.Fail("batch and sequence are one axis", "Expected two.");
            if (s[1].HasRank) s.Same(s[0][batch], s[1][0], "the sizes of the batch");
            return s[0];
        },
        Grad = (n, g) => [ReverseSequence!.Call([g, n[1]], ("seq_dim", n.Int("seq_dim")), ("batch_dim", n.Int("batch_dim"))), null],
        Kernel = k => k.Moves(new Backward(k.Shape(0), (int)k.Node.Int("seq_dim"), (int)k.Node.Int("batch_dim"), k.DType(1))),
    };

    internal static readonly Op Reverse = new("Reverse", "tensor:T dims:bool -> output:T ; T:type")
    {
        Shape = s =>
        {
            s.Rank(1, 1);
            if (s[0].HasRank) s.Vector(1, s[0].Rank);
            return s[0];
        },
        Grad = (n, g) => [Reverse!.Call(g, n[1]), null],
        Composite = n =>
        {
            var flags = ShapeValues.Needed(n, 1);
            return [JoinOps.Reverse.Call(n[0], A.Ints([.. Enumerable.Range(0, flags.Count).Where(i => flags.Number(i) != 0).Select(i => (long)i)]))];
        },
    };

    internal static readonly Op SpaceToDepth = Depth("SpaceToDepth", forward: true);
    internal static readonly Op DepthToSpace = Depth("DepthToSpace", forward: false);

    internal static readonly Op SpaceToBatchND = new("SpaceToBatchND", $"input:T block_shape:Tblock_shape paddings:Tpaddings -> output:T ; {Blocks} Tpaddings:index=int32")
    {
        Shape = s => Batched(s, s.Known(1), 2, forward: true),
        Grad = (n, g) => [BatchToSpaceND!.Call(g, n[1], n[2]), null, null],
        Composite = n => [ToBatch(n[0], ShapeValues.NeededInts(n, 1), ShapeValues.NeededInts(n, 2))],
    };

    internal static readonly Op BatchToSpaceND = new("BatchToSpaceND", $"input:T block_shape:Tblock_shape crops:Tcrops -> output:T ; {Blocks} Tcrops:index=int32")
    {
        Shape = s => Batched(s, s.Known(1), 2, forward: false),
        Grad = (n, g) => [SpaceToBatchND.Call(g, n[1], n[2]), null, null],
        Composite = n => [FromBatch(n[0], ShapeValues.NeededInts(n, 1), ShapeValues.NeededInts(n, 2))],
    };

    internal static readonly Op SpaceToBatch = new("SpaceToBatch", "input:T paddings:Tpaddings -> output:T ; T:type Tpaddings:index=int32 block_size:int")
    {
        Shape = s => Batched(s, [s.Int("block_size"), s.Int("block_size")], 1, forward: true),
        Grad = (n, g) => [BatchToSpace!.Call([g, n[1]], ("block_size", n.Int("block_size"))), null],
        Composite = n => [ToBatch(n[0], [n.Int("block_size"), n.Int("block_size")], ShapeValues.NeededInts(n, 1))],
    };

    internal static readonly Op BatchToSpace = new("BatchToSpace", "input:T crops:Tidx -> output:T ; T:type block_size:int Tidx:index=int32")
    {
        Shape = s => Batched(s, [s.Int("block_size"), s.Int("block_size")], 1, forward: false),
        Grad = (n, g) => [SpaceToBatch.Call([g, n[1]], ("block_size", n.Int("block_size"))), null],
        Composite = n => [FromBatch(n[0], [n.Int("block_size"), n.Int("block_size")], ShapeValues.NeededInts(n, 1))],
    };

    internal static Variable Part(Variable x, int axis, long from, long to)
    {
        var parts = new AxisIndex[axis + 1];
        Array.Fill(parts, Range.All);
        parts[axis] = (int)from..(int)to;
        return x[parts];
    }

    /// <summary>Padded, [b, h/p, p, w/q, q, …] with the blocks' places moved before the batch.</summary>
    static Variable ToBatch(Variable x, long[] block, long[] pads)
    {
        var rank = x.Shape.Rank;
        if (pads.Any(p => p != 0))
            x = A.Pad(x, [.. Enumerable.Range(0, rank).Select(i => i >= 1 && i <= block.Length ? ((int)pads[2 * (i - 1)], (int)pads[2 * i - 1]) : (0, 0))]);
        long[] split = [x.Shape[0], .. block.SelectMany((b, i) => new[] { x.Shape[i + 1] / b, b }), .. x.Shape.Dims[(block.Length + 1)..]];
        var places = block.Select((_, i) => 2L * i + 2).ToArray();
        long[] order = [.. places, 0, .. block.Select((_, i) => 2L * i + 1), .. Enumerable.Range(2 * block.Length + 1, rank - block.Length - 1).Select(i => (long)i)];
        long[] whole = [x.Shape[0] * block.Aggregate(1L, (a, b) => a * b), .. block.Select((b, i) => x.Shape[i + 1] / b), .. x.Shape.Dims[(block.Length + 1)..]];
        return A.Reshape(A.Transpose(A.Reshape(x, Shape.Create(split)), order), Shape.Create(whole));
    }

    static Variable FromBatch(Variable x, long[] block, long[] crops)
    {
        var (rank, count) = (x.Shape.Rank, block.Length);
        var batch = x.Shape[0] / block.Aggregate(1L, (a, b) => a * b);
        var split = A.Reshape(x, Shape.Create([.. block, batch, .. x.Shape.Dims[1..]]));
        long[] order = [count, .. block.SelectMany((_, i) => new[] { count + 1L + i, i }), .. Enumerable.Range(2 * count + 1, rank - count - 1).Select(i => (long)i)];
        var wide = A.Reshape(A.Transpose(split, order), Shape.Create([batch, .. block.Select((b, i) => x.Shape[i + 1] * b), .. x.Shape.Dims[(count + 1)..]]));
        for (var i = 0; i < count; i++) wide = Part(wide, i + 1, crops[2 * i], wide.Shape[i + 1] - crops[2 * i + 1]);
        return wide;
    }

    /// <summary>The shape after blocks have moved; <paramref name="amounts"/> is the input that says what is padded or cropped.</summary>
    static Shape Batched(ShapeContext s, long?[]? block, int amounts, bool forward)
    {
        if (amounts == 2) s.Rank(1, 1);
        s.Rank(amounts, 2);
        var count = block?.Length ?? (s[1].HasRank ? (int)s[1][0] : -1);
        if (s[amounts].HasRank && (s[amounts][1] is not (2 or Dim.Any) || count >= 0 && s[amounts][0] >= 0 && s[amounts][0] != count)) throw s.Fail("the amounts do not fit the blocks", "Expected two for each axis of a block.");
        if (!s[0].HasRank) return Shape.Unknown;
        if (count < 0) return ShapeContext.OfRank(s[0].Rank);
        if (s[0].Rank <= count || amounts == 1 && s[0].Rank != 4) throw s.Fail($"the input has rank {s[0].Rank}", "Expected batch, space and, for pictures, channels.");
        if (block?.Any(b => b < 1) == true) throw s.Fail("a block has no size", "Expected 1 or more.");
        var dims = s[0].ToArray();
        var (all, known) = (block?.Aggregate((long?)1, (a, b) => a * b), s.Known(amounts));
        if (!forward && dims[0] >= 0 && dims[0] % all is > 0) throw s.Fail($"a batch of {dims[0]} does not split in {all} places", "Expected a multiple.");
        dims[0] = dims[0] < 0 || all is not { } places ? Dim.Any : forward ? dims[0] * places : dims[0] / places;
        for (var i = 0; i < count; i++)
        {
            var (old, more) = (dims[i + 1], known?[2 * i] + known?[2 * i + 1]);
            if (old < 0 || block?[i] is not { } size || more is not { } given) dims[i + 1] = Dim.Any;
            else if (forward && (old + given) % size != 0) throw s.Fail($"axis {i + 1} of {old} and {given} padded does not split in blocks of {size}", "Expected a multiple.");
            else dims[i + 1] = forward ? (old + given) / size : old * size - given is >= 0 and var rest ? rest : throw s.Fail($"more is cropped from axis {i + 1} than there is", "Expected smaller crops.");
        }
        return Shape.Create(dims);
    }

    static Op Depth(string name, bool forward) => new(name, "input:T -> output:T ; T:type block_size:int data_format:string=NHWC")
    {
        Shape = s =>
        {
            s.Rank(0, 4);
            var (block, square) = (s.Int("block_size"), s.Int("block_size") * s.Int("block_size"));
            if (s.Text("data_format") != "NHWC") throw s.Fail($"data_format {s.Text("data_format")}", "Expected NHWC: graphs are channels last. Transpose at the border.");
            if (block < 2) throw s.Fail($"blocks of {block}", "Expected 2 or more.");
            if (!s[0].HasRank) return ShapeContext.OfRank(4);
            var (b, h, w, c) = (s[0][0], s[0][1], s[0][2], s[0][3]);
            if (forward && (h > 0 && h % block != 0 || w > 0 && w % block != 0)) throw s.Fail($"the picture does not split in blocks of {block}", "Expected multiples.");
            if (!forward && c > 0 && c % square != 0) throw s.Fail($"{c} channels do not split in {square}", "Expected a multiple.");
            return forward ? Shape.Create([b, h < 0 ? h : h / block, w < 0 ? w : w / block, c < 0 ? c : c * square]) : Shape.Create([b, h < 0 ? h : h * block, w < 0 ? w : w * block, c < 0 ? c : c / square]);
        },
        Grad = (n, g) => [(forward ? DepthToSpace! : SpaceToDepth!).Call([g], ("block_size", n.Int("block_size")))],
        Composite = n =>
        {
            var (x, block, to) = (n[0].Shape, n.Int("block_size"), n.Out.Shape);
            var split = forward ? A.Reshape(n[0], [x[0], to[1], block, to[2], block, x[3]]) : A.Reshape(n[0], [x[0], x[1], x[2], block, block, to[3]]);
            return [A.Reshape(A.Transpose(split, 0, 1, 3, 2, 4, 5), to)];
        },
    };

    /// <summary>The first entries of each sequence in reverse order.</summary>
    sealed record Backward(Shape Shape, int Time, int Batch, DType Lengths) : IMoveKernel
    {
        public void Run<T>(ReadOnlySpan<nint> from, ReadOnlySpan<nint> to) where T : unmanaged
        {
            var count = (int)Shape.Elements;
            Span<T> x = HostMemory.Span<T>(from[0], count), y = HostMemory.Span<T>(to[0], count);
            var lengths = Managed.Integers(from[1], Lengths, Shape[Batch]);
            foreach (var length in lengths)
                if (length < 0 || length > Shape[Time]) throw new EngineException($"ReverseSequence: the length {length} is out of range. Expected 0 to {Shape[Time]}.") { Op = "ReverseSequence" };
            var strides = Strides.RowMajor(Shape.Dims);
            var inner = (int)strides[Math.Max(Time, Batch)];
            for (var i = 0; i < count; i += inner)
            {
                long t = i / strides[Time] % Shape[Time], length = lengths[i / strides[Batch] % Shape[Batch]];
                var source = t < length ? i + (int)((length - 1 - 2 * t) * strides[Time]) : i;
                x.Slice(source, inner).CopyTo(y.Slice(i, inner));
            }
        }
    }
}
