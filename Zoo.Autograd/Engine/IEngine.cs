using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine;

/// <summary>Something that runs graphs.</summary>
internal interface IEngine
{
    /// <summary>The name by which <c>Engine.Use</c> knows it.</summary>
    string Name { get; }

    /// <summary>Engine and version, for messages and reports.</summary>
    string Version { get; }

    /// <summary>
    /// Makes memory that others see too (<see cref="NDArray.Fixed"/>) the home of a Parameter's value, if this engine reads it as it lies there: a run that changes it writes it there. When that
    /// may be is for who gives the memory to know. False where values have other places.
    /// </summary>
    bool Place(Parameter parameter, NDArray memory) => false;

    /// <summary>Prepares a program. Plans for concrete shapes are made when they first come.</summary>
    ISession Compile(Program program);
}

/// <summary>A program that is ready to run, on one engine. Safe to use from several threads.</summary>
internal interface ISession : IDisposable
{
    /// <summary>
    /// One run: <paramref name="feeds"/> in the program's order; <paramref name="fetches"/> receives the results. An entry of fetches that
    /// already holds an array of the right shape and dtype is overwritten in place, so that a loop allocates nothing. If anything fails or is
    /// cancelled, no Parameter has changed.
    /// </summary>
    void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, CancellationToken cancel = default);

    /// <summary>The same; each result, by its number, is handed out as soon as it is there, on the engine's thread, while the rest is still computed.</summary>
    void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, Action<int> ready, CancellationToken cancel = default)
    {
        Run(feeds, fetches, cancel);
        for (var i = 0; i < fetches.Length; i++) ready(i);
    }
}

/// <summary>A session that can tell where the time of its runs goes.</summary>
internal interface IProfiled
{
    /// <summary>Runs a few times; every Parameter keeps its value.</summary>
    StepProfile Profile(NDArray[] feeds, int runs);
}
