namespace Zoo.Autograd.Graph;

/// <summary>The layer whose nodes are being made on this thread, for messages.</summary>
internal static class NodeScope
{
    const string Gradients = "the gradient of ";
    [ThreadStatic] static string? current;

    internal static string? Current => current;

    /// <summary>Within the call of a layer; a layer within another has both names.</summary>
    internal static Hold Enter(string layer) => As(current is null ? layer : $"{current}/{layer}");

    /// <summary>Within what an older node belongs to; unless there is none.</summary>
    internal static Hold As(string? scope) => new(scope ?? current);

    /// <summary>What the gradient of a layer's nodes belongs to.</summary>
    internal static string Gradient(string layer) => layer.StartsWith(Gradients, StringComparison.Ordinal) ? layer : Gradients + layer;

    /// <summary>The scope until it is left.</summary>
    internal readonly ref struct Hold
    {
        readonly string? before;

        internal Hold(string? scope) => (before, current) = (current, scope);

        public void Dispose() => current = before;
    }
}
