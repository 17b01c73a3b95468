using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Data;

/// <summary>Threads of data sets end, whatever happens, and what they throw arrives.</summary>
internal sealed class BackgroundTests
{
    int running;

    /// <summary>Counts the threads that are inside: when an enumeration has been left there is none.</summary>
    T Inside<T>(Func<T> work)
    {
        Interlocked.Increment(ref running);
        try { return work(); }
        finally { Interlocked.Decrement(ref running); }
    }

    IEnumerable<int> Endless()
    {
        Interlocked.Increment(ref running);
        try
        {
            for (var i = 0; ; i++) yield return i;
        }
        finally { Interlocked.Decrement(ref running); }
    }

    [SetUp]
    public void Begin() => running = 0;

    [Test]
    public void LeavingTheEnumerationEndsAllThreads([Values(1, 4)] int threads)
    {
        var names = new HashSet<Thread>();
        var data = Dataset.FromGenerator(Endless).Map(i =>
        {
            lock (names) names.Add(Thread.CurrentThread);
            return Inside(() => i);
        }, threads).Prefetch(5).Map(i => i, threads);
        foreach (var i in data)
            if (i == 20) break;
        Assert.That(running, Is.Zero, "the generator's finally has run, no map is going on");
        Assert.That(names, Is.Not.Empty.And.All.Property(nameof(Thread.IsAlive)).False);
    }

    [Test]
    public void AnErrorNamesTheElementAndEndsTheThreads([Values(0, 1, 4)] int threads, [Values] bool prefetch)
    {
        var data = Dataset.Range(100).Map(i => $"file{i}.jpg").Map(path => Inside(() => path == "file37.jpg" ? throw new InvalidDataException("torn") : path), threads);
        if (prefetch) data = data.Prefetch();
        var seen = new List<string>();
        var error = Assert.Throws<DatasetException>(() => { foreach (var path in data) seen.Add(path); })!;
        Assert.That(error.Message, Does.Contain("element 37").And.Contain("file37.jpg").And.Contain("torn"));
        Assert.That((error.Element, error.InnerException), Is.EqualTo((37, error.InnerException as InvalidDataException)));
        Assert.That(seen, Is.EqualTo(Enumerable.Range(0, 37).Select(i => $"file{i}.jpg")), "all elements before it have come, in order");
        Assert.That(running, Is.Zero);
    }

    [Test]
    public void AGeneratorThatThrowsIsReportedAtItsPlace()
    {
        static IEnumerable<int> Breaks()
        {
            yield return 1;
            throw new IOException("the line is dead");
        }
        var error = Assert.Throws<DatasetException>(() => Dataset.FromGenerator(Breaks).Prefetch().ToList())!;
        Assert.That(error.Message, Does.Contain("element 1").And.Contain("the line is dead"));
    }

    [Test, CancelAfter(60_000)]
    public void CancellingAFitEndsTheThreadsAndLeavesTheModelUsable()
    {
        using var cancel = new CancellationTokenSource();
        Sequential model = [new Dense(1) { InputShape = [2] }];
        model.Compile(new SGD(0.1), "mse");
        var threads = new HashSet<Thread>();
        var data = Dataset.FromGenerator(Endless).Map(i =>
        {
            lock (threads) threads.Add(Thread.CurrentThread);
            if (i == 12) cancel.Cancel();
            return (NDArray.Zeros([2, 2]), NDArray.Zeros([2, 1]));
        }, 2).Prefetch();
        Assert.That(() => model.Fit(data, epochs: 1, verbose: 0, cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(running, Is.Zero);
        Assert.That(threads, Is.Not.Empty.And.All.Property(nameof(Thread.IsAlive)).False);
        Assert.That(model.Predict(NDArray.Zeros([2, 2])).Count, Is.EqualTo(2));
    }

    [Test, CancelAfter(60_000)]
    public void AStepThatWaitsForDataIsWokenByCancellation()
    {
        using var cancel = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        Sequential model = [new Dense(1) { InputShape = [2] }];
        model.Compile(new SGD(0.1), "mse");
        var data = Dataset.Range(9).Map(i =>
        {
            if (i == 1)
            {
                cancel.CancelAfter(50);
                release.Wait(TimeSpan.FromMilliseconds(500), CancellationToken.None);   // slow data; the step is woken before, the thread is waited for
            }
            return (NDArray.Zeros([2, 2]), NDArray.Zeros([2, 1]));
        }, 1);
        Assert.That(() => model.Fit(data, epochs: 1, verbose: 0, cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void ValidationDataAreClosedAfterEachEpoch()
    {
        Sequential model = [new Dense(1) { InputShape = [2] }];
        model.Compile(new SGD(0.1), "mse");
        var data = Dataset.FromGenerator(Endless).Map(_ => (NDArray.Zeros([2, 2]), NDArray.Zeros([2, 1]))).Prefetch();
        model.Fit(data, epochs: 2, verbose: 0, stepsPerEpoch: 3, validationData: ValidationData.Batches(data), validationSteps: 2);
        Assert.That(running, Is.Zero);
    }

    [Test]
    public void NothingRunsBeforeSomebodyEnumerates()
    {
        _ = Dataset.FromGenerator(Endless).Map(i => i, 2).Prefetch();
        Assert.That(running, Is.Zero);
    }
}
