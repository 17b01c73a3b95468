using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Zoo.Autograd.Engine;

/// <summary>The engines by name.</summary>
internal static class Engines
{
    static readonly Lock gate = new();
    static IEngine? current;

    /// <summary>The process' default: what <c>ZOO_ENGINE</c> named, else the embedded engine.</summary>
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

    /// <summary>Whether programs that are compiled from now on run node by node and look for what is no number.</summary>
    internal static bool Debug { get; set; }

    /// <summary>Threads that one call of the embedded engine uses.</summary>
    internal static int Threads
    {
        get => Torch.TorchThreads.Count;
        set => Torch.TorchThreads.Count = value;
    }

    /// <summary>The same for calls that this thread makes, where it is not 0.</summary>
    internal static int ThreadsHere
    {
        get => Torch.TorchThreads.Own;
        set => Torch.TorchThreads.Own = value;
    }

    /// <summary>The processors that the calling thread may use, and threads and processes that it makes from now on; empty where the system does not say.</summary>
    internal static int[] ProcessorsHere
    {
        get => Torch.LibC.Processors();
        set => Torch.LibC.Bind(value);
    }

    /// <summary>What results depend on in their last bits: engine, threads, processor.</summary>
    internal static string Circumstances(IEngine engine) =>
        $"{engine.Version}, {Threads} threads, {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}{(Avx512F.IsSupported ? " avx512" : Avx2.IsSupported ? " avx2" : "")}";

    internal static IEngine Find(string name) => name switch
    {
        "embedded" or "torch" => embedded.Value,
        "tensorflow" => tensorFlow.Value,
        _ => throw new EngineException($"Engine: '{name}' is no engine. Expected 'embedded' or 'tensorflow'. Name one of them, in code or in ZOO_ENGINE."),
    };

    static readonly Lazy<IEngine> embedded = new(() => new Torch.TorchEngine());
    static readonly Lazy<IEngine> tensorFlow = new(() => new TensorFlow.TensorFlowEngine(), LazyThreadSafetyMode.PublicationOnly);
}
