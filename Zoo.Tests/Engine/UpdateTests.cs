using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>New values of Parameters.</summary>
public class UpdateTests
{
    [Test]
    public void AParameterNeverKeepsTheCallersMemory()
    {
        Func<Variable, Variable>[] values = [x => x, x => A.Reshape(x, [3, 2]), x => x[..][1..2], x => A.Reshape(A.Transpose(x, 0, 1), [6]), x => RandomOps.Bitcast.Call([A.ExpandDims(x, 0)], ("type", DType.Int32))];
        foreach (var value in values)
        {
            var x = StateOps.Input("x", [2, 3], DType.Float32);
            var next = value(x);
            var p = new Parameter(NDArray.Zeros(next.Shape, next.DType), "p");
            using var session = Engines.Find("embedded").Compile(new() { Feeds = [x], Fetches = [], Updates = [(p, next)] });
            var given = new float[,] { { 1, 2, 3 }, { 4, 5, 6 } };
            NDArray fed = given;
            session.Run([fed], []);
            var kept = p.Value.Clone();
            fed.AsSpan<float>().Fill(9);
            Assert.That(Enumerable.Range(0, kept.Count).Select(p.Value.Number), Is.EqualTo(Enumerable.Range(0, kept.Count).Select(kept.Number)), next.ToString());
        }
    }
}
