using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Engine;

/// <summary>Which steps stay with the thread that calls, and that this changes nothing but who does them.</summary>
[Category("Engines")]
public sealed class CallingThreadTests
{
    static readonly NDArray Data = NDArray.From([.. Enumerable.Range(0, 4096 * 64).Select(i => i % 97 / 50f - 1)], [4096, 64]);
    static readonly CustomOp Same = Op.Custom("same", (x, y) => x[0].Bytes.CopyTo(y.Bytes));

    /// <summary>A product of 34 million operations, and a quotient of whole numbers.</summary>
    static TorchSession Session(bool managed = false)
    {
        var (x, divisor) = (StateOps.Input("x", [Dim.Any, 64], DType.Float32), StateOps.Input("divisor", Shape.Scalar, DType.Int32));
        var product = A.MatMul(x, new Parameter(NDArray.From([.. Enumerable.Range(0, 64 * 64).Select(i => i % 89 / 45f - 1)], [64, 64]), "w"));
        return (TorchSession)new TorchEngine().Compile(new() { Name = "product", Feeds = [x, divisor], Fetches = [managed ? product >> Same : product, A.FloorDiv(A.Constant(7, DType.Int32), divisor)] });
    }

    static NDArray[] Feeds(int divisor) => [Data, NDArray.From([divisor], Shape.Scalar)];

    static NDArray Run(TorchSession session, int divisor = 2, CancellationToken cancel = default)
    {
        var fetched = new NDArray?[2];
        session.Run(Feeds(divisor), fetched, cancel);
        return fetched[0]!;
    }

    static long Hands(Action action)
    {
        var before = EngineThreads.HandedByThisThread;
        action();
        return EngineThreads.HandedByThisThread - before;
    }

    /// <summary>Does it with one thread, called by a thread that allocates from the main heap: glibc deals heaps out in turn, and a thread that ends leaves its own to the next.</summary>
    static void WithOneThread(Action action, int tries = 200)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (TorchMemory.Tune() && !TorchMemory.OnMainHeap() && tries > 0)
                {
                    WithOneThread(action, tries - 1);
                    return;
                }
                TorchThreads.Own = 1;
                action();
            }
            catch (Exception e)
            {
                error = e;
            }
        });
        thread.Start();
        thread.Join();
        if (error is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    [Test]
    public void OfOneThreadStaysWithItsCallerAndHasTheSameBits() => WithOneThread(() =>
    {
        using TorchSession session = Session(), managed = Session(managed: true);
        NDArray? here = null, there = null;
        Assert.Multiple(() =>
        {
            Assert.That(Hands(() => here = Run(session)), Is.Zero);
            Assert.That(Hands(() => EngineThreads.Run(() => there = Run(session))), Is.EqualTo(1), "to where its step stays too");
            Assert.That(Hands(() => Run(managed)), Is.EqualTo(1), "managed code may nest, for which an engine thread has the stack");
            TorchThreads.Own = 2;
            Assert.That(Hands(() => Run(session)), Is.EqualTo(1), "a team is an engine thread's");
        });
        Assert.That(here!.HoldsTheSame(there!));
    });

    [Test]
    public void IsHandedOverWhereLittleStackIsLeft() => WithOneThread(() =>
    {
        using var session = Session();
        Run(session);
        long hands = -1;
        var narrow = new Thread(() =>
        {
            TorchThreads.Own = 1;
            hands = Hands(() => Run(session));
        }, 128 << 10);
        narrow.Start();
        narrow.Join();
        Assert.That(hands, Is.EqualTo(1));
    });

    [Test]
    public void FailuresAndCancellationLeaveTheThreadAsItWas() => WithOneThread(() =>
    {
        using var session = Session();
        var first = Run(session);
        for (var i = 0; i < 3 * Environment.ProcessorCount; i++)
        {
            Assert.That(Assert.Throws<EngineException>(() => Run(session, divisor: 0))!.InnerException, Is.InstanceOf<DivideByZeroException>());
            Assert.Throws<OperationCanceledException>(() => Run(session, cancel: new(true)));
        }
        Assert.That(Hands(() => Assert.That(Run(session).HoldsTheSame(first))), Is.Zero);
        Assert.That(TorchThreads.Own, Is.EqualTo(1));
        TorchThreads.Own = 0;
        Assert.That(Hands(() => EngineThreads.Run(() => { })), Is.EqualTo(1), "it is no engine thread any more");
    });

    [Test]
    public void WhatIsHandedOutMayRunAStepItself() => WithOneThread(() =>
    {
        using var session = Session();
        var (first, inner) = (Run(session), new List<NDArray>());
        for (var i = 0; i < Environment.ProcessorCount; i++)
            Assert.That(Hands(() => session.Run(Feeds(2), new NDArray?[2], _ => inner.Add(Run(session)))), Is.Zero);
        Assert.That(inner, Has.Count.EqualTo(2 * Environment.ProcessorCount).And.All.Matches<NDArray>(first.HoldsTheSame));
    });

    sealed class Counting : IEngineWork
    {
        int running;

        internal int Most;

        public void Execute()
        {
            var now = Interlocked.Increment(ref running);
            for (int seen; now > (seen = Volatile.Read(ref Most)) && Interlocked.CompareExchange(ref Most, now, seen) != seen;) { }
            Thread.SpinWait(1000);
            Interlocked.Decrement(ref running);
        }
    }

    [Test]
    public void NoMoreRunAtOnceThanThereAreProcessors()
    {
        var work = new Counting();
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            var own = TorchThreads.Own;
            TorchThreads.Own = 1;
            EngineThreads.Run(work, mayStay: true);
            TorchThreads.Own = own;
        });
        Assert.That(work.Most, Is.InRange(1, Environment.ProcessorCount));
    }
}
