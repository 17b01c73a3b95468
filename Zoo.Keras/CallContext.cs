namespace Zoo.Keras;

/// <summary>What a layer may know while it builds its expression.</summary>
/// <param name="Training">Whether the graph is lowered for training: a constant of that graph.</param>
public sealed record CallContext(bool Training);
