/// <summary>Options of the command line over their defaults. A default that begins with <c>shared/</c> is a file in the folder that ZOO_SHARED names.</summary>
sealed class Options
{
    readonly Dictionary<string, string> values;

    public Options(Dictionary<string, string> defaults, string[] given)
    {
        var shared = Environment.GetEnvironmentVariable("ZOO_SHARED") ?? Path.Combine("..", "shared");
        values = defaults.ToDictionary(d => d.Key, d => d.Value.StartsWith("shared/", StringComparison.Ordinal) ? Path.Combine([shared, .. d.Value.Split('/')[1..]]) : d.Value);
        for (var i = 0; i < given.Length; i += 2)
            if (i + 1 == given.Length || !values.ContainsKey(given[i])) throw new ArgumentException($"'{given[i]}' is not understood. Expected one of {string.Join(", ", values.Keys)} with a value.");
            else values[given[i]] = given[i + 1];
    }

    public string this[string option] => values[option];

    public int Number(string option) => int.TryParse(values[option], out var number) && number > 0 ? number : throw new ArgumentException($"{option} {values[option]}: expected a positive whole number.");

    /// <summary>The path of a file or folder that must be there.</summary>
    /// <param name="option">Its option.</param>
    /// <param name="source">Where to get it.</param>
    public string There(string option, string source) => Path.Exists(values[option]) ? values[option]
        : throw new FileNotFoundException($"'{values[option]}' is not there. Expected it in the folder that ZOO_SHARED names, or with {option}: {source}");
}
