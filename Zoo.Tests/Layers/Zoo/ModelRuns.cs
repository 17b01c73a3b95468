using Zoo.Autograd;

namespace Zoo.Tests.Layers;

/// <summary>Runs expressions once.</summary>
static class ModelRuns
{
    public static NDArray[] Run(Variable[] feeds, Variable[] fetches, params NDArray[] given) => Run("embedded", feeds, fetches, given);

    public static NDArray[] Run(string engine, Variable[] feeds, Variable[] fetches, params NDArray[] given)
    {
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = feeds, Fetches = fetches });
        var found = new NDArray?[fetches.Length];
        session.Run(given, found);
        return found!;
    }
}
