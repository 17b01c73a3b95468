namespace Zoo.Keras;

/// <summary>The files of a folder with one folder a class, and the part of them that is asked for, by Keras' rules.</summary>
internal sealed class DirectoryIndex
{
    const string Inferred = "inferred";

    /// <summary>What Keras' two functions ask alike.</summary>
    internal sealed record Options(string Directory, string? Labels, string? LabelMode, IReadOnlyList<int>? LabelList, IReadOnlyList<string>? ClassNames, bool Shuffle, int? Seed, double? ValidationSplit, string? Subset, bool FollowLinks);

    readonly int[]? labels;
    readonly string? mode;

    internal DirectoryIndex(string caller, Options options, string[] formats)
    {
        var o = options;
        ArgumentNullException.ThrowIfNull(o.Directory);
        if (!Directory.Exists(o.Directory)) throw new DirectoryNotFoundException($"{caller}: there is no folder '{o.Directory}'. Expected one with a folder for each class. Check the path; it is looked for from {Environment.CurrentDirectory}.");
        if (o.Labels is not (null or Inferred)) throw new ArgumentException($"{caller}: labels '{o.Labels}'. Expected 'inferred', null for none, or labelList.");
        if (o.LabelMode is not (null or "int" or "categorical" or "binary")) throw new ArgumentException($"{caller}: labelMode '{o.LabelMode}'. Expected int, categorical, binary or null.");
        if (o.ValidationSplit is { } split and not (> 0 and < 1)) throw new ArgumentException($"{caller}: validationSplit {split}. Expected a number between 0 and 1.");
        if (o.ValidationSplit is null != o.Subset is null || o.Subset is not (null or "training" or "validation"))
            throw new ArgumentException($"{caller}: validationSplit {o.ValidationSplit?.ToString() ?? "null"} with subset '{o.Subset}'. Expected both or none, and the subset training or validation.");
        if (o is { ValidationSplit: not null, Shuffle: true, Seed: null }) throw new ArgumentException($"{caller}: validationSplit with shuffle needs a seed, so that the two subsets do not overlap. Expected seed, the same for both.");
        var inferred = o.Labels == Inferred && o.LabelList is null;
        string[] folders = [.. Directory.GetDirectories(o.Directory).Select(d => Path.GetFileName(d)!).Where(d => !d.StartsWith('.')).Order(StringComparer.Ordinal)];
        if (!inferred && o.ClassNames is not null && o.LabelList is null) throw new ArgumentException($"{caller}: classNames were given for labels that are not inferred. Expected one of the two.");
        if (inferred && o.ClassNames is { } given && !given.Order(StringComparer.Ordinal).SequenceEqual(folders)) throw new ArgumentException($"{caller}: classNames are {string.Join(", ", given)}, the folders {string.Join(", ", folders)}. Expected the same names.");
        ClassNames = inferred ? [.. o.ClassNames ?? folders] : [.. o.ClassNames ?? []];
        var files = inferred
            ? ClassNames.SelectMany((name, label) => Files(Path.Combine(o.Directory, name)).Select(f => (f, label))).OrderBy(f => Array.IndexOf(folders, ClassNames[f.label]))
            : Files(o.Directory).Select(f => (f, label: 0));
        (string Path, int Label)[] all = [.. files];
        if (o.LabelList is { } list)
        {
            if (list.Count != all.Length) throw new ArgumentException($"{caller}: {list.Count} labels for {all.Length} files in '{o.Directory}'. Expected one for each, in the order of their paths.");
            all = [.. all.Zip(list, (f, label) => (f.Path, label))];
            if (ClassNames.Count == 0) ClassNames = [.. list.Distinct().Order().Select(l => l.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        }
        if (o.Shuffle)
        {
            int[] order = [.. Enumerable.Range(0, all.Length)];
            SplitMix.Shuffle(order, (ulong)(o.Seed ?? 0));
            all = Array.ConvertAll(order, i => all[i]);
        }
        if (o.ValidationSplit is { } part)
        {
            var held = (int)(part * all.Length);
            all = o.Subset == "training" ? all[..^held] : all[^held..];
        }
        if (all.Length == 0) throw new ArgumentException($"{caller}: no files{(o.Subset is null ? "" : $" for the {o.Subset} part")} in '{o.Directory}'. Expected files that end with {string.Join(", ", formats)}{(inferred ? ", in a folder for each class" : "")}.");
        if (o.LabelMode == "binary" && (inferred || o.LabelList is not null) && ClassNames.Count != 2) throw new ArgumentException($"{caller}: labelMode binary with {ClassNames.Count} classes: {string.Join(", ", ClassNames)}. Expected two.");
        Paths = Array.ConvertAll(all, f => f.Path);
        labels = inferred || o.LabelList is not null ? Array.ConvertAll(all, f => f.Label) : null;
        mode = o.LabelMode;

        IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = o.FollowLinks ? 0 : FileAttributes.ReparsePoint })
            .Where(f => formats.Any(e => f.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(f => Path.GetDirectoryName(f), StringComparer.Ordinal).ThenBy(f => Path.GetFileName(f), StringComparer.Ordinal);
    }

    internal IReadOnlyList<string> ClassNames { get; }

    internal string[] Paths { get; }

    /// <summary>The label of a file in the form that was asked for; null for none.</summary>
    internal NDArray? Label(int file) => labels is null || mode is null ? null : mode switch
    {
        "int" => NDArray.Scalar(labels[file], DType.Int32),
        "binary" => NDArray.From([(float)labels[file]], [1]),
        _ => OneHot(labels[file]),
    };

    NDArray OneHot(int label)
    {
        var row = new float[ClassNames.Count];
        row[label] = 1;
        return NDArray.From(row, [row.Length]);
    }

    /// <summary>The files as batches.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="batchSize">Files of a batch; null: no batches.</param>
    /// <param name="threads">Threads that read.</param>
    /// <param name="read">The contents of a file.</param>
    internal DirectoryDataset Dataset(Options options, int? batchSize, int threads, Func<string, NDArray> read)
    {
        var files = Zoo.Keras.Dataset.Range(Paths.Length);
        if (options.Shuffle) files = files.Shuffle(Paths.Length, options.Seed ?? 0);
        var elements = files.Map(i => (Path: Paths[i], File: i)).Map(f => (X: read(f.Path), Y: Label(f.File)), threads);
        return new((batchSize is { } size ? elements.Batch(size) : elements).Prefetch(2), this);
    }
}
