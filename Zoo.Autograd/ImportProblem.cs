namespace Zoo.Autograd;

/// <summary>One thing in a file that cannot be read.</summary>
/// <param name="Node">The node or layer.</param>
/// <param name="Op">Its op or layer type.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record ImportProblem(string Node, string Op, string Reason);
