using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

/// <summary>Lookup tables are filled before a run on both engines, and survive a GraphDef.</summary>
[Category("Engines")]
public class TableTests
{
    static readonly string[] engines = ["embedded", "tensorflow"];

    [Test]
    public void StringsAndNumbersAreFound([ValueSource(nameof(engines))] string engine)
    {
        var places = new LookupTable(NDArray.From(new[] { "a", "", "ä" }), new long[] { 3, 4, 5 });
        var names = new LookupTable(new long[] { 3, 4, long.MaxValue }, NDArray.From(new[] { "drei", "vier", "viel" }));
        var (text, number) = (StateOps.Input("text", [Dim.Any, 2], DType.String), StateOps.Input("number", [Dim.Any], DType.Int64));
        Variable[] fetches = [TableOps.Lookup(places, text, NDArray.Scalar(-1, DType.Int64)), TableOps.Lookup(names, number, NDArray.From(["?"], Shape.Scalar)), TableOps.Size.Call(places.Handle)];
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = [text, number], Fetches = fetches });
        for (var run = 0; run < 2; run++)
        {
            var found = new NDArray?[3];
            session.Run([NDArray.From(["a", "b", "", "ä"], [2, 2]), new long[] { 4, 5, long.MaxValue }], found);
            Assert.That(found[0]!.ToArray<long>(), Is.EqualTo(new long[] { 3, -1, 4, 5 }));
            Assert.That(found[0]!.Shape, Is.EqualTo(Shape.Create([2, 2])));
            Assert.That(found[1]!.ToStrings(), Is.EqualTo(new[] { "vier", "?", "viel" }));
            Assert.That(found[2]!.ToNumber(), Is.EqualTo(3));
        }
    }

    [Test]
    public void AGraphDefWithItsInitOpsIsRead()
    {
        var table = new LookupTable(NDArray.From(new[] { "x", "y" }), new[] { 1.5f, 2.5f }, "floats");
        var x = StateOps.Input("x", [Dim.Any], DType.String);
        var writer = new GraphDefWriter(p => p.Path);
        var program = new Zoo.Autograd.Graph.Program { Feeds = [x], Fetches = [A.Identity(TableOps.Lookup(table, x, NDArray.Scalar(0)))] };
        writer.AddNodes(program);
        writer.FillTables("init");
        var read = GraphDefReader.Read(writer.Graph);
        using var session = Engines.Find("embedded").Compile(read.Program(["x"], [writer.Port(program.Fetches[0])]));
        var found = new NDArray?[1];
        session.Run([NDArray.From(new[] { "y", "z", "x" })], found);
        Assert.That(found[0]!.ToArray<float>(), Is.EqualTo(new[] { 2.5f, 0, 1.5f }));
    }

    [Test]
    public void AKeyThatStandsTwiceIsRefused() => Assert.That(() => new LookupTable(NDArray.From(new[] { "x", "x" }), new long[] { 1, 2 }), Throws.ArgumentException.With.Message.Contains("'x' stands twice"));
}
