using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: what all layers of pictures share: formats, types, single pictures, cuts.
/// <summary>What layers share that prepare pictures: a batch [batch, height, width, channels] or a single one [height, width, channels].</summary>
public abstract class ImageLayer : Layer
{
    private protected ImageLayer() { }

    /// <summary>Where the channels stand.</summary>
    public DataFormat DataFormat { get; init; }

    /// <summary>Whether nothing happens but in training.</summary>
    private protected virtual bool OnlyInTraining => false;

    /// <summary>Whether integers stay integers where nothing happens.</summary>
    private protected virtual bool LeavesIntegers => false;

    /// <summary>Whether pictures of integers are made floating-point first.</summary>
    private protected virtual bool Casts => true;

    /// <summary>The result for a batch whose channels come last.</summary>
    internal abstract Variable Transform(Variable x, CallContext c);

    /// <inheritdoc/>
    protected override void Build(Shape input) => CheckRank(input);

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        CheckRank(x[0].Shape);
        var rests = OnlyInTraining && !c.Training;
        var images = Casts && !(rests && LeavesIntegers) ? A.Cast(x[0], DTypePolicy.ComputeDType) : x[0];
        if (rests) return images;
        var single = images.Shape.Rank == 3;
        var result = DataFormat.FromLast(Transform(DataFormat.ToLast(single ? A.ExpandDims(images, 0) : images), c));
        return single ? A.Squeeze(result, 0) : result;
    }

    void CheckRank(Shape input)
    {
        if (!input.HasRank || input.Rank is not (3 or 4))
            throw new ShapeException($"the input has shape {input}. Expected rank 3 or 4: a picture {(DataFormat.IsFirst ? "[channels, height, width]" : "[height, width, channels]")}, or a batch of them.") { Actual = input };
    }

    /// <summary>The number of channels; known.</summary>
    private protected static int Channels(Variable x) => x.Shape[3] >= 0 ? (int)x.Shape[3]
        : throw new ShapeException($"the pictures have shape {x.Shape}. Expected a known number of channels. Give it to the Input.") { Actual = x.Shape };

    /// <summary>Pictures cut to the shape of a target around their centre, or to its size where they are large enough and that is asked for; then resized.</summary>
    private protected static Variable Fit(Variable x, int height, int width, string interpolation, bool antialias = false, Variable? enough = null)
    {
        Variable from = A.SizeOf(x, 1), across = A.SizeOf(x, 2);
        Variable rows = Inside(from, Scaled(across, height, width)), columns = Inside(across, Scaled(from, width, height));
        if (enough is not null) (rows, columns) = (A.Where(enough, A.Constant(height, DType.Int32), rows), A.Where(enough, A.Constant(width, DType.Int32), columns));
        return Pictures.Resize(Middle(x, rows, columns), A.Constant(height, DType.Int32), A.Constant(width, DType.Int32), interpolation, antialias);
    }

    /// <summary>A wanted size that is at least 1 and no larger than there is.</summary>
    private protected static Variable Inside(Variable size, Variable wanted) => A.Maximum(A.Minimum(size, wanted), A.Constant(1, DType.Int32));

    /// <summary>The middle of pictures.</summary>
    private protected static Variable Middle(Variable x, Variable rows, Variable columns)
    {
        var none = A.Constant(0, DType.Int32);
        return SliceOps.Slice.Call(x, A.Stack([none, Start(1, rows), Start(2, columns), none]), A.Stack([A.SizeOf(x, 0), rows, columns, A.SizeOf(x, 3)]));

        Variable Start(int axis, Variable size) => A.FloorDiv(A.SizeOf(x, axis) - size, A.Constant(2, DType.Int32));
    }

    /// <summary>A size times a ratio of two numbers, cut off.</summary>
    private protected static Variable Scaled(Variable size, int by, int per) => A.Cast(A.Cast(size * by, DType.Float32) / per, DType.Int32);

    /// <summary>Values of one range brought to another.</summary>
    private protected static Variable Rescaled(Variable x, (double Low, double High) from, (double Low, double High) to) =>
        from == to ? x : (A.Cast(x, x.DType.IsFloat() ? x.DType : DType.Float32) - from.Low) / (from.High - from.Low) * (to.High - to.Low) + to.Low;

    /// <summary>The range of a byte.</summary>
    private protected static (double, double) Bytes => (0, 255);

    /// <summary>One of several words, checked.</summary>
    private protected string OneOf(string value, string what, params ReadOnlySpan<string> known) =>
        known.Contains(value) ? value : throw new ArgumentException($"{GetType().Name}: the {what} '{value}' is not known. Expected one of {string.Join(", ", known.ToArray())}.");
}
