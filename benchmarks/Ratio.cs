namespace Zoo.Benchmarks;

/// <summary>How one series of times stands to another, taken in turns: the median of the rounds' ratios, with the interval that holds it in 95 of 100 resamplings.</summary>
internal readonly record struct Ratio(double Median, double Low, double High)
{
    const int Resamplings = 2000;

    internal static Ratio Of(double[] times, double[] others)
    {
        var ratios = times.Zip(others, (t, o) => t / o).ToArray();
        var random = new Random(1);
        var medians = new double[Resamplings];
        var sample = new double[ratios.Length];
        for (var i = 0; i < medians.Length; i++)
        {
            for (var k = 0; k < sample.Length; k++) sample[k] = ratios[random.Next(ratios.Length)];
            medians[i] = Middle(sample);
        }
        Array.Sort(medians);
        return new(Middle(ratios), medians[Resamplings / 40], medians[^(Resamplings / 40)]);
    }

    internal static double Middle(double[] values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    public override string ToString() => $"{Median:F3} ({Low:F3} to {High:F3})";
}
