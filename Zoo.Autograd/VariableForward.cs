using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd;

public sealed partial class Variable
{
    /// <summary>
    /// Computes this value now, for a look while a model is written: <c>(A.Abs(x - y) >> dense).Forward((x, a), (y, b))</c>. Layers run as for prediction, with the weights of now. Each call
    /// plans anew; for work use <c>Model.Predict</c>.
    /// </summary>
    /// <param name="feeds">The inputs that it depends on, each with a value.</param>
    /// <exception cref="GraphException">It depends on an input that is not among them.</exception>
    public NDArray Forward(params ReadOnlySpan<(Variable Input, NDArray Value)> feeds)
    {
        var given = feeds.ToArray();
        var nodes = Topology.Sort([Node]);
        if (nodes.Find(n => n.Op == StateOps.Placeholder && !Array.Exists(given, f => f.Input.Node == n)) is { } missing)
            throw new GraphException($"Forward: the input '{missing.Name}' has no value. Expected one for each input of the expression: Forward((x, value), …).") { Node = missing.Name };
        var lowering = nodes.Select(n => n.Tag).OfType<IUpperCall>().FirstOrDefault()?.Begin() ?? new Lowering();
        using var session = Engines.Default.Compile(new() { Name = "Forward", Feeds = Array.ConvertAll(given, f => f.Input), Fetches = [lowering.Lower(this)] });
        var result = new NDArray?[1];
        session.Run(Array.ConvertAll(given, f => f.Value), result);
        return result[0]!;
    }
}
