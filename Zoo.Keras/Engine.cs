using Zoo.Autograd.Engine;

namespace Zoo.Keras;

/// <summary>Which engine runs models: <c>embedded</c>, the default, or <c>tensorflow</c>, where TensorFlow's C library is on the machine. <c>ZOO_ENGINE</c> says the same from outside.</summary>
public static class Engine
{
    /// <summary>The engine of models that are compiled or first used from now on, unless <c>Compile(engine: …)</c> names another.</summary>
    /// <exception cref="EngineException">The name is unknown.</exception>
    public static void Use(string name) => Engines.Default = Engines.Find(name);

    /// <summary>The name of the process' default engine.</summary>
    public static string Current => Engines.Default.Name;
}
