using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Goldens;

/// <summary>Random first values: Keras' streams are not ours, so moments and bounds are compared.</summary>
static class InitializerStatistics
{
    const int Draws = 20;

    /// <summary>Fails where moments differ by more than five standard errors of both samples, or bounds of a bounded distribution by a twentieth of its width.</summary>
    internal static void Check(Initializer made, Shape shape, Dictionary<string, object?> expected)
    {
        double Of(string key) => Convert.ToDouble(expected[key]);
        var all = Enumerable.Range(0, Draws).SelectMany(seed => made.Create(shape, DType.Float32, (ulong)seed).ToArray<float>()).Select(x => (double)x).ToArray();
        Assert.That(all, Has.Length.EqualTo((int)Of("sample_count")));
        var (mean, count, kurtosis) = (all.Average(), all.Length, Of("sample_kurtosis"));
        var deviation = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        var error = 5 * Math.Sqrt(2.0 / count);
        Assert.That(mean, Is.EqualTo(Of("sample_mean")).Within(error * Of("sample_std")), "mean");
        Assert.That(deviation, Is.EqualTo(Of("sample_std")).Within(error * Of("sample_std") * Math.Sqrt((kurtosis - 1) / 4)), "standard deviation");
        Assert.That(all.Average(x => Math.Pow((x - mean) / deviation, 4)), Is.EqualTo(kurtosis).Within(error * Math.Sqrt(24)), "kurtosis");
        if (kurtosis > 2.7) return;   // a whole normal has no bounds
        var width = Of("sample_max") - Of("sample_min");
        Assert.That(all.Min(), Is.EqualTo(Of("sample_min")).Within(width / 20), "smallest");
        Assert.That(all.Max(), Is.EqualTo(Of("sample_max")).Within(width / 20), "largest");
    }

    /// <summary>Fails where rows (or columns, whichever are fewer) are not orthogonal of length gain.</summary>
    internal static void Orthogonal(NDArray value, double gain)
    {
        var columns = (int)value.Shape[-1];
        var rows = value.Count / columns;
        var wide = rows < columns;
        var (few, length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        double At(int vector, int k) => value.Number(wide ? vector * columns + k : k * columns + vector);
        for (var i = 0; i < few; i++)
            for (var j = 0; j <= i; j++)
                Assert.That(Enumerable.Range(0, length).Sum(k => At(i, k) * At(j, k)), Is.EqualTo(i == j ? gain * gain : 0).Within(1e-5), $"product of {i} and {j}");
    }
}
