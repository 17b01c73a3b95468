using Zoo.Autograd.Engine;

namespace Zoo.Keras;

/// <summary>Which engine runs models: <c>embedded</c>, the default, or <c>tensorflow</c>, where TensorFlow's C library is on the machine. <c>ZOO_ENGINE</c> says the same from outside.</summary>
public static class Engine
{
    /// <summary>The engine of models that are compiled or first used from now on, unless <c>Compile(engine: …)</c> names another.</summary>
    /// <exception cref="EngineException">The name is unknown.</exception>
    public static void Use(string name) => Engines.Default = Engines.Find(name);

    /// <summary>
    /// Whether models run node by node, to find out where something goes wrong: the first value that is not a number, and whatever fails, becomes an <see cref="EngineException"/> that names
    /// the layer, the op and its inputs. Much slower. It holds for models that are compiled or first used while it is on. Source: TensorFlow's <c>tf.debugging.enable_check_numerics</c>.
    /// </summary>
    public static bool Debug
    {
        get => Engines.Debug;
        set => Engines.Debug = value;
    }

    /// <summary>The name of the process' default engine.</summary>
    public static string Current => Engines.Default.Name;
}
