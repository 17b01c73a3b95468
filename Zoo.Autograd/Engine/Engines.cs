namespace Zoo.Autograd.Engine;

/// <summary>The engines by name.</summary>
internal static class Engines
{
    static readonly Lock gate = new();
    static IEngine? current;

    /// <summary>The process' default: what <c>Engine.Use</c> or <c>ZOO_ENGINE</c> named, else the embedded engine.</summary>
    internal static IEngine Default
    {
        get
        {
            lock (gate) return current ??= Find(Environment.GetEnvironmentVariable("ZOO_ENGINE") is { Length: > 0 } name ? name : "embedded");
        }
        set
        {
            lock (gate) current = value;
        }
    }

    internal static IEngine Find(string name) => name switch
    {
        "embedded" or "torch" => embedded.Value,
        _ => throw new EngineException($"Engine: '{name}' is no engine. Expected 'embedded'. Set ZOO_ENGINE or the argument of Engine.Use to it."),
    };

    static readonly Lazy<IEngine> embedded = new(() => new Torch.TorchEngine());
}
