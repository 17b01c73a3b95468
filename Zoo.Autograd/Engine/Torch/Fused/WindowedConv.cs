using System.Runtime.Intrinsics;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// Convolutions and their gradients straight from the pictures, by <see cref="WindowTile"/>: what a window sees is never copied. Pictures that the window reaches beyond are copied with zeros around
/// them, one or a few at a time. Filters lie with their last axis outermost. A result's bits do not depend on the threads.
/// </summary>
internal sealed unsafe class WindowedConv
{
    const int Panel = WindowTile.Panel;

    /// <summary>The most elements of a packed panel of filters, so that it stays in the second cache.</summary>
    const int Packed = 1 << 17;

    /// <summary>About how many elements the filter's gradients for parts of the pictures may have, and the most parts: they are added up at the end.</summary>
    const int Sums = 1 << 16, MostParts = 24;

    /// <summary>About how many elements the first cache holds.</summary>
    const int Near = 1 << 14;

    readonly int pictures, height, width, channels, lines, lineWidth, top, left, places, window, line, filters;

    /// <summary>Offsets in bytes: of the places where the window goes and of its elements, both in a picture as it sees it, and of the elements of what comes back for a place.</summary>
    readonly int[] place, element, back;

    /// <summary>Elements from one line of the window to the next.</summary>
    readonly int lineStep;

    WindowedConv(ConvWindow w, Shape input, Shape output, Shape filter)
    {
        (pictures, height, width, channels, filters) = ((int)input[0], (int)input[1], (int)input[2], (int)input[3], (int)filter[3]);
        (top, left, places, line) = ((int)w.Before[0], (int)w.Before[1], (int)(output[1] * output[2]), (int)(filter[1] * filter[2]));
        window = (int)filter[0] * line;
        (lines, lineWidth) = (Reach(0, height), Reach(1, width));
        lineStep = (int)w.Dilations[0] * lineWidth * channels;
        var (down, step, across) = ((int)w.Strides[0] * lineWidth * channels, (int)w.Strides[1] * channels, (int)output[2]);
        place = new int[places];
        for (var i = 0; i < places; i++) place[i] = (i / across * down + i % across * step) * sizeof(float);
        element = new int[window];
        for (var i = 0; i < window; i++) element[i] = (i / line * lineStep + i % line / channels * (int)w.Dilations[1] * channels + i % channels) * sizeof(float);
        back = new int[filters];
        for (var i = 0; i < filters; i++) back[i] = i * sizeof(float);

        int Reach(int axis, int size) => w.Before[axis] == 0 && w.After[axis] == 0 ? size : (int)Math.Max(size + w.Before[axis], (output[axis + 1] - 1) * w.Strides[axis] + (filter[axis] - 1) * w.Dilations[axis] + 1);
    }

    bool Padded => lines != height || lineWidth != width;
    int Size => height * width * channels;
    int PaddedSize => lines * lineWidth * channels;
    int Wide => (filters + 15) / 16 * 16;

    /// <summary>How many places go together where sums go over them: what they give stays in the first cache.</summary>
    int Each => Math.Min(places, Math.Max(Panel, Near / (Math.Min(filters, Panel) + channels)));

    static WindowedConv? Of(ConvWindow w, Shape input, Shape output, Shape filter)
    {
        if (!Product.Suits(output[0] * output[1] * output[2], filter[0] * filter[1] * filter[2], filter[3]) || Math.Max(input.Elements, output.Elements) > int.MaxValue / sizeof(float)) return null;
        var conv = new WindowedConv(w, input, output, filter);
        return conv.window * Panel <= Packed && (long)conv.lines * conv.lineWidth * conv.channels * WindowTile.Rows <= int.MaxValue / sizeof(float) ? conv : null;
    }

    /// <summary>The convolution with a filter that lies [out, height, width, in], and a bias or none.</summary>
    internal static Value? Forward(Kernel k, ConvWindow w, Value x, Shape input, Value filter, Shape filterShape, Value? bias, Shape output)
    {
        if (Of(w, input, output, filterShape) is not { } conv) return null;
        var threads = Product.Threads((long)conv.pictures * conv.places, conv.window, conv.filters);
        var shared = (long)conv.window * conv.Wide + conv.Wide;
        return k.Host((from, to) =>
        {
            var room = (float*)to[1];
            new ColumnMajor((float*)from[1], conv.window).Pack(0, conv.window, 0, conv.filters, room + conv.Wide);
            new Span<float>(room, conv.filters).Clear();
            if (from.Length > 2) new Span<float>((float*)from[2], conv.filters).CopyTo(new(room, conv.filters));
            conv.Go(Work.Forward, threads, (float*)from[0], room + conv.Wide, (float*)to[0], room, room + shared, conv.PaddedSize);
        }, bias is null ? [x, filter] : [x, filter, bias], (output, DType.Float32), (Shape.Create([shared + threads * (long)conv.PaddedSize]), DType.Float32))[0];
    }

    /// <summary>The gradient for the filter, which lies [out, height, width, in].</summary>
    internal static Value? Filter(Kernel k, ConvWindow w, Value x, Shape input, Value gradient, Shape output, Shape filter)
    {
        if (Of(w, input, output, filter) is not { } conv) return null;
        var threads = Product.Threads(conv.window, (long)conv.pictures * conv.places, conv.filters);
        long sums = (long)conv.window * conv.Wide, each = conv.PaddedSize + (long)conv.places * conv.filters + Panel;
        var parts = (int)Math.Clamp(Sums / sums, 1, Math.Min(conv.pictures, MostParts));
        return k.Host((from, to) =>
        {
            var room = (float*)to[1];
            conv.Go(Work.Filter, threads, (float*)from[0], (float*)from[1], room, null, room + parts * sums, each, parts);
            for (var i = 0; i < conv.window; i++)
                for (var f = 0; f < conv.filters; f += 16)
                {
                    var sum = Vector512<float>.Zero;
                    for (var part = 0; part < parts; part++) sum += Vector512.Load(room + part * sums + (nint)i * conv.Wide + f);
                    for (var lane = 0; lane < Math.Min(16, conv.filters - f); lane++) ((float*)to[0])[(nint)(f + lane) * conv.window + i] = sum[lane];
                }
        }, [x, gradient], (Shape.Create([filter[3], filter[0], filter[1], filter[2]]), DType.Float32), (Shape.Create([parts * sums + threads * each]), DType.Float32))[0];
    }

    /// <summary>The gradient for the input, of a filter that lies [out, height, width, in] and is whole in its lines.</summary>
    internal static Value? Input(Kernel k, ConvWindow w, Value gradient, Shape output, Value filter, Shape filterShape, Shape input)
    {
        if (input[0] < WindowTile.Rows || w.Dilations[1] != 1 || Of(w, input, output, filterShape) is not { } conv) return null;
        var threads = Product.Threads((long)conv.pictures * conv.places, conv.filters, conv.window);
        long shared = conv.filters * (conv.window + 16L * filterShape[0]), each = conv.PaddedSize * WindowTile.Rows;
        return k.Host((from, to) =>
        {
            var room = (float*)to[1];
            for (var dy = 0; dy < conv.window / conv.line; dy++)
                new RowMajor((float*)from[1] + dy * conv.line, conv.window).Pack(0, conv.filters, 0, conv.line, room + (nint)dy * conv.filters * ((conv.line + 15) / 16 * 16));
            conv.Go(Work.Input, threads, (float*)from[0], room, (float*)to[0], null, room + shared, each);
        }, [gradient, filter], (input, DType.Float32), (Shape.Create([shared + threads * each]), DType.Float32))[0];
    }

    enum Work { Forward, Filter, Input }

    void Go(Work work, int threads, float* x, float* packed, float* result, float* start, float* room, long each, int parts = 0)
    {
        fixed (int* places = place, elements = element, back = this.back)
        {
            var body = new Body { Conv = this, Work = work, Places = places, Elements = elements, Back = back, X = x, Packed = packed, Result = result, Start = start, Room = room, Each = each, Parts = Math.Min(threads, TorchThreads.Count), Sums = parts };
            ParallelFor.Run(ref body, body.Parts, 1);
        }
    }

    struct Body : IRangeBody
    {
        internal WindowedConv Conv;
        internal Work Work;
        internal int* Places, Elements, Back;
        internal float* X, Packed, Result, Start, Room;
        internal long Each;
        internal int Parts, Sums;

        public readonly void Do(long begin, long end)
        {
            for (var part = begin; part < end; part++)
            {
                var room = Room + part * Each;
                if (Work == Work.Forward) Forward(room, (long)Conv.pictures * Conv.places * part / Parts, (long)Conv.pictures * Conv.places * (part + 1) / Parts);
                else if (Work == Work.Filter)
                {
                    var blocks = Sums % Parts == 0 ? 1 : Parts;   // rows of the result that are shared out, where parts of the pictures do not come out even
                    for (var i = Sums * blocks * part / Parts; i < Sums * blocks * (part + 1) / Parts; i++)
                        Filter(room, (int)(i / blocks), (int)(Conv.window * (i % blocks) / blocks), (int)(Conv.window * (i % blocks + 1) / blocks));
                }
                else Input(room, (int)(Conv.pictures * part / Parts), (int)(Conv.pictures * (part + 1) / Parts));
            }
        }

        readonly void Forward(float* room, long begin, long end)
        {
            var c = Conv;
            var rows = stackalloc nint[WindowTile.Rows];
            if (c.Padded) new Span<float>(room, c.PaddedSize).Clear();
            for (int last; begin < end; begin += last - (int)(begin % c.places))
            {
                var (picture, first) = ((int)(begin / c.places), (int)(begin % c.places));
                last = (int)Math.Min(c.places, first + end - begin);
                var from = Seen(picture, room);
                for (var j = 0; j < c.filters; j += Panel)
                {
                    int columns = Math.Min(Panel, c.filters - j), across = ProductTile.Vectors(columns) * 16;
                    for (int i = first, count; i < last; i += count)
                    {
                        count = ProductTile.Height(last - i);
                        for (var r = 0; r < WindowTile.Rows; r++) rows[r] = (nint)from + Places[i + Math.Min(r, count - 1)];
                        WindowTile.Run(rows, count, Elements, c.window, Packed + (nint)j * c.window, across, columns, Start + j, Result + ((nint)picture * c.places + i) * c.filters + j, c.filters);
                    }
                }
            }
        }

        readonly void Filter(float* room, int part, int firstRow, int lastRow)
        {
            var c = Conv;
            var rows = stackalloc nint[WindowTile.Rows];
            var sums = Result + (nint)part * c.window * c.Wide;
            if (c.Padded) new Span<float>(room, c.PaddedSize).Clear();
            new Span<float>(sums + (nint)firstRow * c.Wide, (lastRow - firstRow) * c.Wide).Clear();
            for (int picture = (int)((long)c.pictures * part / Sums), last = (int)((long)c.pictures * (part + 1) / Sums); picture < last; picture++)
            {
                var from = Seen(picture, room);
                var back = Packed + (nint)picture * c.places * c.filters;
                if ((long)(c.pictures - 1 - picture) * c.places * c.filters < Panel)   // whole vectors are read, beyond the end too
                {
                    new Span<float>(back, c.places * c.filters).CopyTo(new(room + c.PaddedSize, c.places * c.filters));
                    back = room + c.PaddedSize;
                }
                for (int place = 0, depth; place < c.places; place += depth)
                {
                    depth = Math.Min(c.Each, c.places - place);
                    for (var j = 0; j < c.filters; j += Panel)
                        for (int i = firstRow, count; i < lastRow; i += count)
                        {
                            count = ProductTile.Height(lastRow - i);
                            for (var r = 0; r < WindowTile.Rows; r++) rows[r] = (nint)from + Elements[i + Math.Min(r, count - 1)];
                            WindowTile.Run(rows, count, Places + place, depth, back + (nint)place * c.filters + j, c.filters, Math.Min(Panel, c.filters - j), null, sums + (nint)i * c.Wide + j, c.Wide);
                        }
                }
            }
        }

        /// <summary>Rows are pictures here: of these no two share a place.</summary>
        readonly void Input(float* room, int firstPicture, int lastPicture)
        {
            var c = Conv;
            var rows = stackalloc nint[WindowTile.Rows];
            var panels = (c.line + 15) / 16 * 16;
            for (int n = firstPicture, count; n < lastPicture; n += count)
            {
                count = ProductTile.Height(lastPicture - n);
                var to = c.Padded ? room : Result + (nint)n * c.Size;
                new Span<float>(to, count * c.PaddedSize).Clear();
                for (var dy = 0; dy < c.window / c.line; dy++)
                    for (var j = 0; j < c.line; j += Panel)
                    {
                        int columns = Math.Min(Panel, c.line - j), across = ProductTile.Vectors(columns) * 16;
                        for (var i = 0; i < c.places; i++)
                        {
                            for (var r = 0; r < WindowTile.Rows; r++) rows[r] = (nint)(X + ((nint)(n + Math.Min(r, count - 1)) * c.places + i) * c.filters);
                            WindowTile.Run(rows, count, Back, c.filters, Packed + ((nint)dy * panels + j) * c.filters, across, columns, null, to + dy * c.lineStep + Places[i] / sizeof(float) + j, c.PaddedSize);
                        }
                    }
                if (!c.Padded) continue;
                for (var r = 0; r < count; r++)
                    for (var y = 0; y < c.height; y++)
                        new Span<float>(room + (nint)r * c.PaddedSize + ((nint)(y + c.top) * c.lineWidth + c.left) * c.channels, c.width * c.channels).CopyTo(new(Result + ((nint)(n + r) * c.height + y) * c.width * c.channels, c.width * c.channels));
            }
        }

        /// <summary>A picture as the window sees it, with room in which its surroundings are zero.</summary>
        readonly float* Seen(int picture, float* room)
        {
            var c = Conv;
            var from = X + (nint)picture * c.Size;
            if (!c.Padded) return from;
            for (var y = 0; y < c.height; y++)
                new Span<float>(from + (nint)y * c.width * c.channels, c.width * c.channels).CopyTo(new(room + ((nint)(y + c.top) * c.lineWidth + c.left) * c.channels, c.width * c.channels));
            return room;
        }
    }
}
