namespace Zoo.Keras;

/// <summary>An element of a <see cref="Dataset{T}"/> could not be made; the inner exception says why.</summary>
public sealed class DatasetException : Exception
{
    const int Longest = 200;

    internal DatasetException(string message, int element, Exception inner) : base(message, inner) => Element = element;

    /// <summary>The place of the element, from 0, among those that the failing step was given.</summary>
    public int Element { get; }

    /// <summary>Calls a function; what it throws names the element.</summary>
    internal static TResult Guard<T, TResult>(string step, int at, T item, Func<T, TResult> map)
    {
        try
        {
            return map(item);
        }
        catch (Exception e) when (e is not (DatasetException or OperationCanceledException))
        {
            throw new DatasetException($"Dataset.{step}: element {at} ({Describe(item)}) failed: {e.Message}", at, e);
        }
    }

    static string Describe(object? item)
    {
        var text = item switch
        {
            null => "null",
            NDArray array => $"{array.DType.Name()} {array.Shape}",
            Array several => $"{several.Length} elements, the first {Describe(several.Length > 0 ? several.GetValue(0) : null)}",
            _ => item.ToString() ?? item.GetType().Name,
        };
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }
}
