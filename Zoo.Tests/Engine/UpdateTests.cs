using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.Torch;
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

    /// <summary>Sums that an update alone reads are never made as a whole; fetched beside, they are. The bits are the same, and a number out of range changes nothing.</summary>
    [Test]
    public void Sums_of_rows_within_an_update_are_those_that_are_made_apart([Values(1, 3, 64, 1500)] int width, [Values(1, 2)] int threads)
    {
        const int segments = 300, count = 500;
        var random = new Random(width);
        var (ids, data) = (NDArray.Zeros([count], DType.Int32), NDArray.Zeros([count, 5 + 2 * width]));
        foreach (ref var id in ids.AsSpan<int>()) id = random.Next(segments + 1) - 1;   // the negative ones belong nowhere
        foreach (ref var value in data.AsSpan<float>()) value = random.NextSingle() - 0.5f;
        var before = TorchThreads.Count;
        TorchThreads.Count = threads;
        try
        {
            var within = Run(false, ids);
            Assert.That(within, Is.EqualTo(Run(true, ids)));
            Assert.That(within, Has.Some.Not.Zero);
            var wrong = ids.Clone();
            wrong.AsSpan<int>()[count - 1] = segments;
            Assert.That(Run(false, wrong), Is.All.Zero);
        }
        finally { TorchThreads.Count = before; }

        float[] Run(bool fetched, NDArray numbers)
        {
            Variable x = StateOps.Input("x", data.Shape, DType.Float32), at = StateOps.Input("at", [Dim.Any], DType.Int32);
            var part = A.Split(x, [5, width, width])[1];
            var (sum, squares) = (A.UnsortedSegmentSum(part, at, segments), A.UnsortedSegmentSum(A.Square(part), at, segments));
            Parameter p = new(NDArray.Zeros([segments, width]), "p"), q = new(NDArray.Zeros([segments, width]), "q");
            using var session = new TorchEngine().Compile(new() { Feeds = [x, at], Fetches = fetched ? [sum, squares] : [], Updates = [(p, p.Variable - sum * 0.1 + squares), (q, q.Variable + squares)] });
            var results = new NDArray?[fetched ? 2 : 0];
            for (var i = 0; i < 3; i++)
                if (ReferenceEquals(numbers, ids)) session.Run([data, numbers], results);
                else Assert.That(() => session.Run([data, numbers], results), Throws.TypeOf<EngineException>().With.Message.Contains($"the segment {segments} at place {count - 1} is out of range"));
            return [.. p.Value.ToArray<float>(), .. q.Value.ToArray<float>()];
        }
    }
}
