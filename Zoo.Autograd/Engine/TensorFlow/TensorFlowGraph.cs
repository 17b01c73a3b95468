using System.Globalization;
using Google.Protobuf;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>
/// A graph in TensorFlow's runtime with its session: GraphDefs are added to it, also after runs, and parts of it are run.
/// Its variables live as long as it does. Safe to use from several threads.
/// </summary>
internal sealed unsafe class TensorFlowGraph : IDisposable
{
    readonly TensorFlowHandle graph, session;

    /// <summary>An empty graph. TensorFlow's threads within an op are the process': the first session decides how many there are.</summary>
    internal TensorFlowGraph(ConfigProto? config = null)
    {
        graph = new(LibTensorFlow.TF_NewGraph(), LibTensorFlow.TF_DeleteGraph);
        var options = LibTensorFlow.TF_NewSessionOptions();
        using var status = new TensorFlowStatus();
        try
        {
            var bytes = (config ?? new()).ToByteArray();
            fixed (byte* proto = bytes) LibTensorFlow.TF_SetConfig(options, proto, (nuint)bytes.Length, status.Handle);
            if (status.Failed) throw status.Error("the session's options were refused");
            var made = LibTensorFlow.TF_NewSession(graph, options, status.Handle);
            if (status.Failed) throw status.Error("a session could not be made");
            session = new(made, CloseSession);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
        finally
        {
            LibTensorFlow.TF_DeleteSessionOptions(options);
        }
    }

    static void CloseSession(nint session)
    {
        using var status = new TensorFlowStatus();
        LibTensorFlow.TF_CloseSession(session, status.Handle);
        LibTensorFlow.TF_DeleteSession(session, status.Handle);
    }

    /// <summary>Options for so many threads within an op and between ops; 0 lets TensorFlow choose.</summary>
    internal static ConfigProto Threads(int intraOp, int interOp) => new() { IntraOpParallelismThreads = intraOp, InterOpParallelismThreads = interOp };

    /// <summary>Every op that the library knows.</summary>
    internal static OpList AllOps()
    {
        var buffer = LibTensorFlow.TF_GetAllOpList();
        try
        {
            return OpList.Parser.ParseFrom(new ReadOnlySpan<byte>((void*)buffer->Data, checked((int)buffer->Length)));
        }
        finally
        {
            LibTensorFlow.TF_DeleteBuffer(buffer);
        }
    }

    /// <summary>The kernels that the library has for an op, on every device.</summary>
    internal static KernelList KernelsOf(string op)
    {
        using var status = new TensorFlowStatus();
        var buffer = LibTensorFlow.TF_GetRegisteredKernelsForOp(op, status.Handle);
        if (status.Failed) throw status.Error($"the kernels of {op} could not be listed");
        try
        {
            return KernelList.Parser.ParseFrom(new ReadOnlySpan<byte>((void*)buffer->Data, checked((int)buffer->Length)));
        }
        finally
        {
            LibTensorFlow.TF_DeleteBuffer(buffer);
        }
    }

    /// <summary>Adds nodes and functions; a prefix keeps their names apart from those that are there.</summary>
    internal void Import(GraphDef graphDef, string prefix = "") =>
        Import(graphDef.ToByteArray(), prefix, name => graphDef.Node.FirstOrDefault(n => n.Name == name)?.Op);

    /// <summary>The same from a file's bytes.</summary>
    internal void Import(ReadOnlySpan<byte> bytes, string prefix = "", Func<string, string?>? opOfNode = null)
    {
        var options = LibTensorFlow.TF_NewImportGraphDefOptions();
        using var status = new TensorFlowStatus();
        try
        {
            if (prefix.Length > 0) LibTensorFlow.TF_ImportGraphDefOptionsSetPrefix(options, prefix);
            fixed (byte* data = bytes)
            {
                var buffer = new TfBuffer { Data = (nint)data, Length = (nuint)bytes.Length };
                LibTensorFlow.TF_GraphImportGraphDef(graph, &buffer, options, status.Handle);
            }
            if (status.Failed) throw status.Error("the graph was refused", opOfNode);
        }
        finally
        {
            LibTensorFlow.TF_DeleteImportGraphDefOptions(options);
        }
    }

    /// <summary>The whole graph as TensorFlow writes it.</summary>
    internal GraphDef ToGraphDef()
    {
        var buffer = LibTensorFlow.TF_NewBuffer();
        using var status = new TensorFlowStatus();
        try
        {
            LibTensorFlow.TF_GraphToGraphDef(graph, buffer, status.Handle);
            if (status.Failed) throw status.Error("the graph could not be written");
            return GraphDef.Parser.ParseFrom(new ReadOnlySpan<byte>((void*)buffer->Data, checked((int)buffer->Length)));
        }
        finally
        {
            LibTensorFlow.TF_DeleteBuffer(buffer);
        }
    }

    /// <summary>The node of that name.</summary>
    internal nint Operation(string name)
    {
        var found = LibTensorFlow.TF_GraphOperationByName(graph, name);
        return found != 0 ? found : throw new GraphException($"TensorFlow: the graph has no node named '{name}'. Expected one of the imported names.") { Node = name };
    }

    /// <summary>The output that a name such as <c>x</c> or <c>x:1</c> stands for.</summary>
    internal TfOutput Output(string name)
    {
        var colon = name.LastIndexOf(':');
        var index = 0;
        if (colon >= 0 && !int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            throw new GraphException($"TensorFlow: '{name}' is not the name of an output. Expected a form like x or x:1.") { Node = name };
        var operation = Operation(colon < 0 ? name : name[..colon]);
        var count = LibTensorFlow.TF_OperationNumOutputs(operation);
        return index < count ? new(operation, index) : throw new GraphException($"TensorFlow: the node of '{name}' has {count} outputs. Expected an index below that.") { Node = name };
    }

    /// <summary>TensorFlow's own gradients of the sum of <paramref name="ys"/>, each weighted by its seed where these are given; an output without operation where there is none.</summary>
    internal TfOutput[] AddGradients(TfOutput[] ys, TfOutput[] xs, TfOutput[]? seeds = null)
    {
        var result = new TfOutput[xs.Length];
        using var status = new TensorFlowStatus();
        fixed (TfOutput* y = ys, x = xs, dx = seeds, dy = result) LibTensorFlow.TF_AddGradients(graph, y, ys.Length, x, xs.Length, dx, status.Handle, dy);
        return status.Failed ? throw status.Error("its gradients could not be made", OpOf) : result;
    }

    string? OpOf(string node) => LibTensorFlow.TF_GraphOperationByName(graph, node) is var found and not 0 ? LibTensorFlow.Text(LibTensorFlow.TF_OperationOpType(found)) : null;

    /// <summary>Runs by name: the fetched values, in the order of <paramref name="fetches"/>.</summary>
    internal NDArray[] Run(IReadOnlyList<(string Name, NDArray Value)> feeds, IReadOnlyList<string> fetches, params IReadOnlyList<string> targets)
    {
        var results = new NDArray?[fetches.Count];
        Run([.. feeds.Select(f => Output(f.Name))], [.. feeds.Select(f => f.Value)], [.. fetches.Select(Output)], results, [.. targets.Select(Operation)]);
        return results!;
    }

    /// <summary>
    /// One run. An array in <paramref name="results"/> that fits is overwritten. <paramref name="kept"/>: feeds that a variable may keep, which are
    /// copied, because the caller may change its array later; where it is empty, none is.
    /// </summary>
    internal void Run(ReadOnlySpan<TfOutput> feeds, ReadOnlySpan<NDArray> values, ReadOnlySpan<TfOutput> fetches, Span<NDArray?> results, ReadOnlySpan<nint> targets, ReadOnlySpan<bool> kept = default)
    {
        if (fetches.IsEmpty && targets.IsEmpty) return;
        Span<nint> given = feeds.Length <= 64 ? stackalloc nint[feeds.Length] : new nint[feeds.Length];
        Span<nint> fetched = fetches.Length <= 64 ? stackalloc nint[fetches.Length] : new nint[fetches.Length];
        given.Clear();
        fetched.Clear();
        using var status = new TensorFlowStatus();
        try
        {
            for (var i = 0; i < feeds.Length; i++) given[i] = TensorFlowTensor.From(values[i], copy: !kept.IsEmpty && kept[i]);
            fixed (TfOutput* inputs = feeds, outputs = fetches)
            fixed (nint* inputValues = given, outputValues = fetched, operations = targets)
                LibTensorFlow.TF_SessionRun(session, null, inputs, inputValues, feeds.Length, outputs, outputValues, fetches.Length, operations, targets.Length, null, status.Handle);
            if (status.Failed) throw status.Error("the run failed", OpOf);
            for (var i = 0; i < fetches.Length; i++) results[i] = TensorFlowTensor.ToArray(fetched[i], results[i]);
        }
        finally
        {
            foreach (var tensor in given) if (tensor != 0) LibTensorFlow.TF_DeleteTensor(tensor);
            foreach (var tensor in fetched) if (tensor != 0) LibTensorFlow.TF_DeleteTensor(tensor);
        }
    }

    public void Dispose()
    {
        session.Dispose();
        graph.Dispose();
    }
}
