using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>The home of one Parameter's value in a space of TensorFlow: a resource variable with nodes that assign and read it.</summary>
internal sealed class TensorFlowVariable : IParameterHome
{
    readonly TensorFlowSpace space;
    readonly string prefix;

    internal TensorFlowVariable(TensorFlowSpace space, Parameter p)
    {
        this.space = space;
        SharedName = space.NextVariable();
        var graph = new GraphDef { Versions = new() { Producer = 1994 } };
        Add("VarHandleOp", "handle", [], ("dtype", p.DType), ("shape", p.Shape), ("shared_name", SharedName));
        Add("Placeholder", "value", [], ("dtype", p.DType), ("shape", p.Shape));
        Add("AssignVariableOp", "assign", ["handle", "value"], ("dtype", p.DType));
        Add("ReadVariableOp", "read", ["handle"], ("dtype", p.DType));
        prefix = space.Import(graph);

        void Add(string op, string name, string[] inputs, params ReadOnlySpan<(string, object)> attrs) => graph.Node.Add(NodeWriter.Write(op, name, inputs, attrs));
    }

    internal string SharedName { get; }

    /// <summary>Brings the value here if it is elsewhere. Called with the store's lock held.</summary>
    internal void Bring(Parameter p)
    {
        if (!ReferenceEquals(p.Home, this)) p.MoveTo(this, Assign);
    }

    void Assign(NDArray value) =>
        space.Graph.Run([space.Graph.Output(prefix + "value")], [value], [], [], [space.Graph.Operation(prefix + "assign")], [true]);

    public NDArray Read(Parameter parameter) => space.Graph.Run([], [prefix + "read"])[0];
}
