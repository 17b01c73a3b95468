using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine;

/// <summary>A program that runs node by node, so that what fails, and the first value that is not a number, can be named with its layer.</summary>
/// <param name="program">The program.</param>
/// <param name="compile">The engine, for one node.</param>
internal sealed class DebugSession(Program program, Func<Program, ISession> compile) : ISession
{
    readonly IReadOnlyList<Node> nodes = program.Nodes();
    readonly ParameterStore store = ParameterStore.Join(program.Parameters());
    readonly Dictionary<Node, ISession> sessions = new(ReferenceEqualityComparer.Instance);
    readonly Lock gate = new();

    public void Run(ReadOnlySpan<NDArray> feeds, Span<NDArray?> fetches, CancellationToken cancel = default)
    {
        FeedCheck.Fits(program, feeds);
        lock (gate)
        {
            var values = new Dictionary<Variable, NDArray>(ReferenceEqualityComparer.Instance);
            for (var i = 0; i < feeds.Length; i++) values[program.Feeds[i]] = Checked(feeds[i], () => $"the input '{program.Feeds[i].Name}'");
            foreach (var node in nodes)
            {
                cancel.ThrowIfCancellationRequested();
                if (node.Outputs.All(values.ContainsKey) && node.Outputs.Length > 0) continue;
                if (node.Op == StateOps.ReadVariableOp && node.Tag is Parameter parameter) values[node.Out] = Checked(parameter.Value, () => $"the weight '{parameter.Path}'");
                else if (node.Op == StateOps.Const) values[node.Out] = node.Attrs.Get<NDArray>("value");
                else if (node.Op.Effect || node.Outputs.Any(o => o.DType != DType.Resource)) Compute(node, values, cancel);
            }
            for (var i = 0; i < fetches.Length; i++) fetches[i] = values[program.Fetches[i]].Clone();
            var updates = program.Updates.Select(u => (u.Target, Value: values[u.Value])).ToArray();
            using (store.Writing())
                foreach (var (target, value) in updates) target.Value = value;
        }
    }

    void Compute(Node node, Dictionary<Variable, NDArray> values, CancellationToken cancel)
    {
        Variable[] inputs = [.. node.Inputs.Where(v => v.DType != DType.Resource)], outputs = [.. node.Outputs.Where(o => o.DType != DType.Resource)];
        var found = new NDArray?[outputs.Length];
        try
        {
            Session(node).Run([.. inputs.Where(v => v.Node.Op != StateOps.Const).Select(v => values[v])], found, cancel);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new EngineException($"debug: {Place(node)} failed: {e.Message}\nIts inputs: {Inputs()}.", e) { Op = node.Op.Name };
        }
        for (var i = 0; i < outputs.Length; i++) values[outputs[i]] = Checked(found[i]!, () => $"the result of {Place(node)}", () => $"\nIts inputs: {Inputs()}.", node.Op.Name);

        string Inputs() => inputs.Length == 0 ? "none" : string.Join("; ", inputs.Select(v => $"{v.Name} {Range(values[v])}"));
    }

    ISession Session(Node node)
    {
        if (sessions.TryGetValue(node, out var known)) return known;
        var places = Array.ConvertAll(node.Inputs, v => v.DType == DType.Resource || v.Node.Op == StateOps.Const ? v : StateOps.Input(v.Name, Shape.Unknown, v.DType));
        var alone = node.Op.Call(places, node.Attrs, node.Name, node.Tag);
        return sessions[node] = compile(new()
        {
            Name = node.Name ?? node.Op.Name,
            Feeds = [.. places.Where(p => p.Node.Op == StateOps.Placeholder && p.DType != DType.Resource)],
            Fetches = [.. alone.Outputs.Where(o => o.DType != DType.Resource)],
            Effects = node.Op.Effect ? [alone] : [],
        });
    }

    static string Place(Node node) => $"{(node.Scope is { } layer ? layer + ": " : "")}{node.Op.Name}{(node.Name is { } name && name != node.Op.Name ? $" '{name}'" : "")}";

    static NDArray Checked(NDArray value, Func<string> what, Func<string>? more = null, string op = "")
    {
        if (value.DType.IsFloat())
            for (var i = 0; i < value.Count; i++)
                if (double.IsNaN(value.Number(i))) throw new EngineException($"debug: element {i} of {what()} is not a number; its shape is {value.Shape}. Expected numbers: this is the first value that has none.{more?.Invoke()}") { Op = op };
        return value;
    }

    static string Range(NDArray value)
    {
        if (value.DType is DType.String or DType.Variant or DType.Resource || value.DType.IsComplex() || value.Count == 0) return $"{value.DType.Name()} {value.Shape}";
        var numbers = Enumerable.Range(0, value.Count).Select(value.Number);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.DType.Name()} {value.Shape} from {numbers.Min():G6} to {numbers.Max():G6}");
    }

    public void Dispose()
    {
        foreach (var session in sessions.Values) session.Dispose();
    }
}
