namespace Zoo.Keras;

/// <summary>Quantiles of data that come in parts, as Keras estimates them: rows of values and of their weights, kept short.</summary>
static class Quantiles
{
    public static float[][] Summarize(NDArray data, double epsilon)
    {
        float[] values = [.. Enumerable.Range(0, data.Count).Select(i => (float)data.Number(i)).Order()];
        var increment = values.Length * epsilon;
        var step = Math.Max(increment, 1);
        float[] kept = [.. values.Skip((int)increment).Where((_, i) => i % (int)step == 0)];
        return [kept, [.. kept.Select(_ => (float)step)]];
    }

    public static float[][] Merge(float[][] a, float[][]? b, double epsilon)
    {
        var all = a[0].Zip(a[1]).Concat(b is null ? [] : b[0].Zip(b[1])).OrderBy(p => p.First).ToArray();
        return Compress([[.. all.Select(p => p.First)], [.. all.Select(p => p.Second)]], epsilon);
    }

    /// <summary>As many entries as the precision needs, by interpolation over the shares of weight.</summary>
    public static float[][] Compress(float[][] summary, double epsilon)
    {
        if (summary[0].Length * epsilon < 1) return summary;
        var sums = new double[summary[1].Length];
        for (var i = 0; i < sums.Length; i++) sums[i] = summary[1][i] + (i > 0 ? sums[i - 1] : 0);
        double[] shares = [.. sums.Select(s => s / sums[^1])], wanted = [.. Enumerable.Range(0, (int)Math.Ceiling(1 / epsilon)).Select(i => epsilon + i * epsilon)];
        double[] weights = [.. wanted.Select(w => Between(w, shares, i => sums[i]))];
        return [[.. wanted.Select(w => (float)Between(w, shares, i => summary[0][i]))], [.. weights.Select((w, i) => (float)(i > 0 ? w - weights[i - 1] : w))]];
    }

    static double Between(double x, double[] at, Func<int, double> value)
    {
        if (x <= at[0]) return value(0);
        if (x >= at[^1]) return value(at.Length - 1);
        var i = Array.FindIndex(at, a => a > x);
        return value(i - 1) + (value(i) - value(i - 1)) * (x - at[i - 1]) / (at[i] - at[i - 1]);
    }
}
