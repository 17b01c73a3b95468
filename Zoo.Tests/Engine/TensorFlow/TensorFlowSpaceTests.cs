using System.Runtime.CompilerServices;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Engine.TensorFlow;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine.TensorFlow;

[Category("Engines")]
sealed class TensorFlowSpaceTests
{
    TensorFlowEngine engine = null!;

    [SetUp]
    public void Open()
    {
        TensorFlowLibrary.Require();
        engine = new();
    }

    ISession Double(Parameter p) => engine.Compile(new() { Name = "double", Feeds = [], Fetches = [p.Variable * 2f] });

    ISession Increase(Parameter p) => engine.Compile(new() { Name = "increase", Feeds = [], Fetches = [], Updates = [(p, p.Variable + 1f)] });

    static float Run(ISession session)
    {
        var result = new NDArray?[1];
        session.Run([], result);
        return result[0]!.ToArray<float>()[0];
    }

    [Test]
    public void Programs_over_joined_parameters_share_a_space_and_others_do_not()
    {
        Parameter a = new(new[] { 1f }, "a"), b = new(new[] { 10f }, "b"), c = new(new[] { 5f }, "c");
        using ISession ofA = Double(a), ofB = Double(b), ofC = Double(c);
        Assert.That((Run(ofA), Run(ofB)), Is.EqualTo((2f, 20f)));
        Assert.That(engine.SpaceOf(a.Store), Is.Not.SameAs(engine.SpaceOf(b.Store)));
        using var both = engine.Compile(new() { Name = "both", Feeds = [], Fetches = [a.Variable + b.Variable] });
        using var more = Increase(a);
        more.Run([], []);
        Assert.Multiple(() =>
        {
            Assert.That((Run(both), Run(ofA), Run(ofB), Run(ofC)), Is.EqualTo((12f, 4f, 20f, 10f)));
            Assert.That(engine.SpaceOf(a.Store), Is.SameAs(engine.SpaceOf(b.Store)));
            Assert.That(a.Home, Is.SameAs(engine.SpaceOf(b.Store).Variable(a)), "the value went where both models run");
            Assert.That(engine.SpaceOf(c.Store), Is.Not.SameAs(engine.SpaceOf(a.Store)));
        });
    }

    [Test]
    public void A_space_goes_with_its_programs_and_parameters()
    {
        var left = Used();
        for (var i = 0; i < 10 && left.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(left.IsAlive, Is.False, "the space of a model that is gone");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    WeakReference Used()
    {
        Parameter p = new(new[] { 1f }, "p");
        using var session = Increase(p);
        session.Run([], []);
        return new(engine.SpaceOf(p.Store));
    }

    [Test]
    public void Lowering_again_and_again_does_not_grow_the_graph_without_end()
    {
        Parameter p = new(new[] { 1f }, "p");
        using var kept = Double(p);
        var first = engine.SpaceOf(p.Store);
        for (var i = 0; i < 100; i++)
        {
            Once(p);
            if (i % 10 == 9) GC.Collect();
        }
        Assert.Multiple(() =>
        {
            Assert.That(engine.SpaceOf(p.Store), Is.Not.SameAs(first));
            Assert.That(Run(kept), Is.EqualTo(202f), "the value moved along");
            Assert.That(engine.SpaceOf(p.Store).Graph.ToGraphDef().Node, Has.Count.LessThan(200));
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Once(Parameter p)
    {
        using var session = Increase(p);
        session.Run([], []);
    }

    [Test]
    public void A_disposed_session_says_so()
    {
        var session = engine.Compile(new() { Name = "sum", Feeds = [], Fetches = [A.Constant(1f) + 1f] });
        Assert.That(Run(session), Is.EqualTo(2f));
        session.Dispose();
        Assert.That(() => Run(session), Throws.TypeOf<ObjectDisposedException>());
    }
}
