namespace Zoo.Keras.Graph;

/// <summary>Names of layers that were given none: numbered by class, as Keras does, but within one model.</summary>
internal static class Naming
{
    internal static void Assign(IEnumerable<Layer> layers)
    {
        var all = layers.ToList();
        var taken = all.Where(l => l.HasName).Select(l => l.Name).ToHashSet();
        foreach (var layer in all.Where(l => !l.HasName))
        {
            var stem = layer.Name;
            var name = stem;
            for (var n = 1; !taken.Add(name); n++) name = $"{stem}_{n}";
            layer.Name = name;
        }
    }

    /// <summary>The first name that occurs twice, or null.</summary>
    internal static string? Twice(IEnumerable<string> names) => names.GroupBy(n => n).FirstOrDefault(g => g.Skip(1).Any())?.Key;
}
