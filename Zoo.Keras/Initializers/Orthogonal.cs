using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>A random matrix of orthonormal rows or columns (whichever are fewer), times a gain (Saxe and others, 2013); leading axes count as one.</summary>
[KerasObject("keras.initializers")]
public sealed class Orthogonal(double gain = 1) : RandomInitializer
{
    /// <summary>The factor.</summary>
    public double Gain { get; } = gain;

    private protected override Func<double> Draw(Shape shape, SplitMixSource random)
    {
        if (shape.Rank < 2) throw new ShapeException($"Orthogonal: a weight of shape {shape} was asked for. Expected at least two axes.") { Actual = shape };
        var (rows, columns) = ((int)shape[..^1].Elements, (int)shape[-1]);
        var (few, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = new double[few][];
        for (var i = 0; i < few; i++)
        {
            var v = new double[length];
            for (var k = 0; k < length; k++) v[k] = random.Normal();
            // Gram-Schmidt, twice: what rounding left of the others goes the second time
            for (var turn = 0; turn < 2; turn++)
                for (var j = 0; j < i; j++)
                {
                    var product = Dot(v, vectors[j]);
                    for (var k = 0; k < length; k++) v[k] -= product * vectors[j][k];
                }
            var norm = Math.Sqrt(Dot(v, v));
            for (var k = 0; k < length; k++) v[k] /= norm;
            vectors[i] = v;
        }
        var at = 0;
        return () =>
        {
            var (row, column) = (at / columns, at % columns);
            at++;
            return Gain * (rows < columns ? vectors[row][column] : vectors[column][row]);
        };
    }

    static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
