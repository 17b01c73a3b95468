using System.Runtime.CompilerServices;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>TensorFlow's own runtime, where its library is on the machine. All programs share one graph and session, which grow; names are never reused.</summary>
internal sealed class TensorFlowEngine : IEngine
{
    readonly ConditionalWeakTable<Parameter, TensorFlowVariable> variables = [];
    readonly Lock growing = new();
    int made;

    public string Name => "tensorflow";

    public string Version => TensorFlowLoader.Version;

    internal TensorFlowGraph Graph { get; } = new();

    public ISession Compile(Graph.Program program)
    {
        ParameterStore.Join(program.Parameters());
        var written = GraphDefWriter.Write(program, p => Variable(p).SharedName);
        return new TensorFlowSession(this, program, written, Import(written.Graph));
    }

    /// <summary>The variable of a Parameter in this session.</summary>
    internal TensorFlowVariable Variable(Parameter p) => variables.GetValue(p, p => new(this, p));

    /// <summary>Adds nodes under a name of their own, which is returned with a slash.</summary>
    internal string Import(GraphDef graph)
    {
        lock (growing)
        {
            var prefix = $"p{made++}";
            Graph.Import(graph, prefix);
            return prefix + "/";
        }
    }

    internal string NextVariable() => $"v{Interlocked.Increment(ref made)}";
}
