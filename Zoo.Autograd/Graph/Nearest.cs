namespace Zoo.Autograd.Graph;

/// <summary>The names that someone may have meant.</summary>
internal static class Nearest
{
    /// <summary>The error of a name that is not there: <c>NewGraph: no node named 'pool6'. Nearest names: pool5, pool1. 174 nodes in the graph.</c></summary>
    /// <param name="where">Who asked.</param>
    /// <param name="what">What is named: node, layer.</param>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="known">The names that are there.</param>
    internal static GraphException Unknown(string where, string what, string name, IReadOnlyCollection<string> known)
    {
        var near = To(name, known);
        return new GraphException($"{where}: no {what} named '{name}'. {(near.Length > 0 ? $"Nearest names: {string.Join(", ", near)}. " : known.Count is > 0 and <= 10 ? $"Expected one of {string.Join(", ", known)}. " : "")}{known.Count} {what}s in the graph.") { Node = name, Known = known };
    }

    /// <summary>At most three names that are like a name: those that hold it or are held by it first, then by the number of changes that lead there.</summary>
    internal static string[] To(string name, IEnumerable<string> known) => [.. known
        .Select(k => (Name: k, Held: Holds(k, name) || Holds(name, k), Changes: Changes(k, name)))
        .Where(k => k.Held || k.Changes <= Math.Max(1, name.Length / 2))
        .OrderBy(k => k.Changes <= 1 ? 0 : k.Held ? 1 : 2).ThenBy(k => k.Changes).Select(k => k.Name).Take(3)];

    static bool Holds(string whole, string part) => part.Length > 0 && whole.Contains(part, StringComparison.OrdinalIgnoreCase);

    /// <summary>How many characters are put in, taken out or replaced on the shortest way from one name to the other, case aside (Levenshtein, 1966).</summary>
    static int Changes(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            (var corner, row[0]) = (row[0], i);
            for (var j = 1; j <= to.Length; j++)
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (char.ToLowerInvariant(from[i - 1]) == char.ToLowerInvariant(to[j - 1]) ? 0 : 1)));
        }
        return row[^1];
    }
}
