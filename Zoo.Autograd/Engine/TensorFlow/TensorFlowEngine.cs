using System.Runtime.CompilerServices;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>TensorFlow's own runtime, where its library is on the machine. Programs over joined Parameters share one graph and session.</summary>
internal sealed class TensorFlowEngine : IEngine
{
    readonly ConditionalWeakTable<ParameterStore, TensorFlowSpace> spaces = [];
    readonly Lock gate = new();

    public string Name => "tensorflow";

    public string Version => TensorFlowLoader.Version;

    public ISession Compile(Program program) => Engines.Debug ? new DebugSession(program, p => new TensorFlowSession(this, p)) : new TensorFlowSession(this, Transposes.For(program));

    /// <summary>Where programs over a store's Parameters run now: another one after stores were joined, or when most of its programs are gone.</summary>
    internal TensorFlowSpace SpaceOf(ParameterStore store)
    {
        lock (gate)
        {
            if (spaces.TryGetValue(store, out var space) && !space.IsWorn) return space;
            spaces.AddOrUpdate(store, space = new());
            return space;
        }
    }
}
