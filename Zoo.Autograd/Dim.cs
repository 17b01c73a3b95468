namespace Zoo.Autograd;

/// <summary>Names for dimensions of a <see cref="Shape"/>.</summary>
public static class Dim
{
    /// <summary>A dimension that is not known until data arrives: the batch (Keras' <c>None</c>).</summary>
    public const long Any = -1;
}
