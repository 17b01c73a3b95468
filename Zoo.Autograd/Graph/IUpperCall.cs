namespace Zoo.Autograd.Graph;

/// <summary>What an upper node stands for: a call that becomes TensorFlow ops when the graph is lowered (a layer call, a gradient).</summary>
internal interface IUpperCall
{
    /// <summary>A name for messages and summaries.</summary>
    string Name { get; }

    /// <summary>A walk that lowers this call and others, for a look at a value.</summary>
    Lowering Begin() => new();

    /// <summary>The ops of this call over lowered inputs; one Variable for each output of the node.</summary>
    Variable[] Lower(Node node, Variable[] inputs, Lowering lowering);
}
