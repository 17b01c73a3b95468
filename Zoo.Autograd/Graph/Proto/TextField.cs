namespace Zoo.Autograd.Graph.Proto;

/// <summary>A field of a message whose type does not have it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">A text as it is written, or the fields of a message.</param>
sealed record TextField(string Name, object Value);
