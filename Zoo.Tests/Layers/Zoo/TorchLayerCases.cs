using Zoo.Autograd;
using Zoo.Keras.Torch;
using static Zoo.Tests.Layers.FormulaCase;

namespace Zoo.Tests.Layers;

/// <summary>Analytics Zoo's element and table layers, each beside its formula.</summary>
static class TorchLayerCases
{
    static readonly NDArray signed = Random(1, 3, 4), positive = Positive(signed), pictures = Random(2, 2, 3, 4, 2);

    static NDArray Positive(NDArray of)
    {
        var result = of.Clone();
        for (var i = 0; i < result.Count; i++) result.SetNumber(i, Math.Abs(result.Number(i)) + 0.1);
        return result;
    }

    static FormulaCase Element(string name, Func<Keras.Layer> make, Func<double, double> formula, NDArray? x = null, bool smooth = true) =>
        new(name, make, [x ?? signed], (v, _) => Array.ConvertAll(Numbers(v[0]), e => formula(e))) { Smooth = smooth };

    public static IEnumerable<FormulaCase> All() =>
    [
        Element("Negative", () => new Negative(), e => -e),
        Element("Square", () => new Square(), e => e * e),
        Element("Sqrt", () => new Sqrt(), Math.Sqrt, positive),
        Element("Exp", () => new Exp(), Math.Exp),
        Element("Log", () => new Log(), Math.Log, positive),
        Element("ERF", () => new ERF(), Erf),
        Element("AddConstant", () => new AddConstant(1.5), e => e + 1.5),
        Element("MulConstant", () => new MulConstant(-2), e => e * -2),
        Element("Power", () => new Power(3, scale: 2, shift: 0.5), e => Math.Pow(0.5 + 2 * e, 3)),
        Element("Power of a root", () => new Power(0.5), Math.Sqrt, positive),
        Element("HardTanh", () => new HardTanh(-0.3, 0.6), e => Math.Min(Math.Max(e, -0.3), 0.6)),
        Element("HardShrink", () => new HardShrink(0.4), e => Math.Abs(e) > 0.4 ? e : 0),
        Element("SoftShrink", () => new SoftShrink(0.4), e => Math.Sign(e) * Math.Max(Math.Abs(e) - 0.4, 0)),
        Element("Threshold", () => new Threshold(0.2, -7), e => e > 0.2 ? e : -7),
        Element("BinaryThreshold", () => new BinaryThreshold(0.1), e => e > 0.1 ? 1 : 0, smooth: false),
        new("Mul", () => new Mul(), [signed], (x, w) => Each([3, 4], i => x[0][i] * w[0][0])),
        new("CAdd", () => new CAdd(4), [signed], (x, w) => Each([3, 4], i => x[0][i] + w[0][i[1]])),
        new("CMul of channels first", () => new CMul(3, 1, 1), [pictures], (x, w) => Each([2, 3, 4, 2], i => x[0][i] * w[0][i[1], 0, 0])),
        new("Scale", () => new Scale(1, 2), [pictures], (x, w) => Each([2, 3, 4, 2], i => x[0][i] * w["weight"][0, i[3]] + w["bias"][0, i[3]])),
        new("Select", () => new Select(1, 2), [pictures], (x, _) => Each([2, 4, 2], i => x[0][i[0], 2, i[1], i[2]])),
        new("Select from the end", () => new Select(-1, -1), [pictures], (x, _) => Each([2, 3, 4], i => x[0][i[0], i[1], i[2], 1])),
        new("Narrow", () => new Narrow(2, 1, 2), [pictures], (x, _) => Each([2, 3, 2, 2], i => x[0][i[0], i[1], i[2] + 1, i[3]])),
        new("Narrow to the end", () => new Narrow(2, 1, -1), [pictures], (x, _) => Each([2, 3, 3, 2], i => x[0][i[0], i[1], i[2] + 1, i[3]])),
        new("Narrow to the last but one", () => new Narrow(-2, 1, -2), [pictures], (x, _) => Each([2, 3, 2, 2], i => x[0][i[0], i[1], i[2] + 1, i[3]])),
        new("Squeeze all", () => new Squeeze(), [Random(3, 1, 1, 3, 1)], (x, _) => Each([1, 3], i => x[0][i[0], 0, i[1], 0])),
        new("Squeeze one", () => new Squeeze(3), [Random(3, 2, 1, 3, 1)], (x, _) => Each([2, 1, 3], i => x[0][i[0], i[1], i[2], 0])),
        new("ExpandDim", () => new ExpandDim(1), [signed], (x, _) => Each([3, 1, 4], i => x[0][i[0], i[2]])),
        new("Expand", () => new Expand(-1, 3, 0), [Random(4, 2, 1, 3)], (x, _) => Each([2, 3, 3], i => x[0][i[0], 0, i[2]])),
        new("SplitTensor", () => new SplitTensor(2, 2), [pictures], (x, _) => [.. Each([2, 3, 2, 2], i => x[0][i]), .. Each([2, 3, 2, 2], i => x[0][i[0], i[1], i[2] + 2, i[3]])]),
        new("SelectTable", () => new SelectTable(1), [signed, Random(5, 3, 2)], (x, _) => Numbers(x[1])),
        new("SelectTable from the end", () => new SelectTable(-2), [signed, Random(5, 3, 2)], (x, _) => Numbers(x[0])),
        new("Max", () => new Max(2), [pictures], (x, _) => Each([2, 3, 2], i => Enumerable.Range(0, 4).Max(k => x[0][i[0], i[1], k, i[2]]))),
        new("Max for inputs of fewer axes", () => new Max(1, numInputDims: 3), [pictures], (x, _) => Each([2, 3, 2], i => Enumerable.Range(0, 4).Max(k => x[0][i[0], i[1], k, i[2]]))),
        new("Max's place", () => new Max(-1, returnValue: false), [signed], (x, _) => Each([3], i => Enumerable.Range(0, 4).MaxBy(k => x[0][i[0], k]))) { Smooth = false },
        new("GetShape", () => new GetShape(), [pictures], (_, _) => [2, 3, 4, 2]) { Smooth = false },
        new("MM", () => new MM(), [Random(6, 2, 3, 4), Random(7, 2, 4, 2)], (x, _) => Each([2, 3, 2], i => Sum(4, k => x[0][i[0], i[1], k] * x[1][i[0], k, i[2]]))),
        new("MM transposed", () => new MM(transA: true, transB: true), [Random(6, 2, 4, 3), Random(7, 2, 2, 4)], (x, _) => Each([2, 3, 2], i => Sum(4, k => x[0][i[0], k, i[1]] * x[1][i[0], i[2], k]))),
        new("CDivTable", () => new CDivTable(), [signed, positive], (x, _) => Each([3, 4], i => x[0][i] / x[1][i])),
        new("Cosine", () => new Cosine(), [signed, positive], (x, _) => Each([3, 1, 1], i =>
        {
            double Dot(int a, int b) => Sum(4, k => x[a][i[0], k] * x[b][i[0], k]);
            return Dot(0, 1) / Math.Sqrt(Dot(0, 0) * Dot(1, 1));
        })),
    ];

    /// <summary>The error function as its series.</summary>
    internal static double Erf(double x)
    {
        var (sum, term) = (x, x);
        for (var n = 1; n < 40; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
