namespace Zoo.Autograd.Graph;

/// <summary>A node of a file that other ops stand for: see <see cref="Op.Reads"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Attrs">Its attributes.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Resources">The file's variables.</param>
/// <param name="Controls">The nodes that must have run before it.</param>
/// <param name="Is">Says which node it is to those that wait for it.</param>
internal sealed record ReadContext(string Name, Attrs Attrs, Variable[] Inputs, Resources Resources, Node[] Controls, Action<Node> Is)
{
    internal Variable this[int input] => input < Inputs.Length ? Inputs[input] : throw new GraphException($"{Inputs.Length} inputs were given. Expected more.");
}
