using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Ops;
using Zoo.Tests.EngineCases;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Ops;

/// <summary>Factors put together again are the matrix, and the gradient through them is that of the matrix: which holds whatever signs an engine gives the vectors.</summary>
public class FactorTests
{
    static readonly (string Name, Shape Shape, bool Definite, Func<Variable, Variable> Whole)[] factors =
    [
        ("Svd", [2, 4, 3], false, x => A.Svd(x) is var f ? A.BatchMatMul(f.U * A.ExpandDims(f.S, -2), f.V, adjY: true) : x),
        ("Svd wide", [2, 3, 5], false, x => A.Svd(x) is var f ? A.BatchMatMul(f.U * A.ExpandDims(f.S, -2), f.V, adjY: true) : x),
        ("Qr", [2, 4, 3], false, x => A.Qr(x) is var f ? A.BatchMatMul(f.Q, f.R) : x),
        ("Eigh", [2, 3, 3], true, x => A.Eigh(x) is var f ? A.BatchMatMul(f.Vectors * A.ExpandDims(f.Values, -2), f.Vectors, adjY: true) : x),
        ("Cholesky", [2, 3, 3], true, x => A.Cholesky(x) is var l ? A.BatchMatMul(l, l, adjY: true) : x),
    ];

    [Test]
    public void FactorsMakeTheMatrixAndItsGradient([Range(0, 4)] int which)
    {
        var (name, shape, definite, whole) = factors[which];
        var random = new Random(which);
        var value = OpCase.Fill(shape, DType.Float64, () => random.NextDouble() * 2 - 1);
        var weight = OpCase.Fill(shape, DType.Float64, () => random.NextDouble() * 2 - 1);
        var x = StateOps.Input("x", shape, DType.Float64);
        var square = definite ? A.BatchMatMul(x, x, adjY: true) + A.Eye(3, dtype: DType.Float64) : x;
        var again = whole(square);
        var loss = A.Sum(again * A.Constant(weight));
        var plain = A.Sum(square * A.Constant(weight));
        var found = OpRun.Run([x], [again, square, A.Gradients(loss, x)[0], A.Gradients(plain, x)[0]], [value]);
        Assert.That(OpRun.Differ(found[0], found[1], 1e-9), Is.Null, name);
        Assert.That(OpRun.Differ(found[2], found[3], 1e-7), Is.Null, $"{name}, gradient");
    }
}
