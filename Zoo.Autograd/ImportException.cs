namespace Zoo.Autograd;

/// <summary>A file's graph cannot be read; lists everything that is in the way, not only the first.</summary>
public class ImportException(string message, IReadOnlyList<ImportProblem> problems) : GraphException(message)
{
    /// <summary>Each node that cannot be read, and why.</summary>
    public IReadOnlyList<ImportProblem> Problems { get; } = problems;
}
