using Zoo.Autograd.Engine;
using Zoo.Tests.Engine.TensorFlow;

namespace Zoo.Tests;

/// <summary>The engines that tests run on.</summary>
static class TestEngines
{
    public static readonly string[] Names = ["embedded", "tensorflow"];

    /// <summary>An engine; skips the test where its library is absent.</summary>
    public static IEngine Get(string name)
    {
        if (name == "tensorflow") TensorFlowLibrary.Require();
        return Engines.Find(name);
    }
}
