using System.Globalization;
using System.Security.Cryptography;
using Zoo.Keras.Saving;

namespace Zoo.Keras.Training;

/// <summary>
/// A training run between two steps, as a checkpoint holds it: arrays by name, and the place in data and epochs. The file is a safetensors file, with the place
/// as JSON in its metadata.
/// </summary>
internal sealed class RunState
{
    const string Key = "training", ScoreKey = "score";

    /// <summary>The values of weights, of the optimizer's memory, of losses and metrics, and what callbacks keep.</summary>
    internal Dictionary<string, NDArray> Arrays { get; init; } = [];

    /// <summary>Texts and whole numbers that callbacks keep.</summary>
    internal Dictionary<string, object?> Texts { get; init; } = [];

    /// <summary>The epoch that is to go on.</summary>
    internal int Epoch { get; init; }

    /// <summary>The epoch's steps that were made; 0 where it has not begun.</summary>
    internal int Step { get; init; }

    /// <summary>The number of the next pass over the data.</summary>
    internal int Pass { get; init; }

    /// <summary>Batches taken of the pass before that one, where it goes on; else null.</summary>
    internal int? Taken { get; init; }

    /// <summary>The steps that the run has made.</summary>
    internal int Made { get; init; }

    /// <summary>The first metric of the last validation.</summary>
    internal double Score { get; init; }

    /// <summary>Whether a callback has ended training.</summary>
    internal bool Stopped { get; init; }

    /// <summary>What the last batch held, where the pass goes on.</summary>
    internal string Batch { get; init; } = "";

    /// <summary>The model's seed.</summary>
    internal ulong Seed { get; init; }

    /// <summary>What bits depend on besides: engine, threads, processor.</summary>
    internal string Machine { get; init; } = "";

    internal void Save(string path)
    {
        var place = new Dictionary<string, object?>
        {
            ["epoch"] = (long)Epoch,
            ["step"] = (long)Step,
            ["pass"] = (long)Pass,
            ["made"] = (long)Made,
            ["taken"] = (long?)Taken,
            ["stopped"] = Stopped,
            ["batch"] = Batch,
            ["machine"] = Machine,
            ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
            ["callbacks"] = Texts,
        };
        Arrays[ScoreKey] = NDArray.Scalar(Score, DType.Float64);
        SafeTensors.Save(path, Arrays, new Dictionary<string, string> { ["format"] = "zoo", [Key] = Json.Write(place) });
    }

    /// <exception cref="ModelFileException">The file is damaged, or no checkpoint of a run.</exception>
    internal static RunState Load(string path)
    {
        var arrays = SafeTensors.Load(path, out var metadata);
        if (!metadata.TryGetValue(Key, out var text) || Json.Parse(System.Text.Encoding.UTF8.GetBytes(text), $"'{path}'") is not Dictionary<string, object?> place || place.GetValueOrDefault("callbacks") is not Dictionary<string, object?> texts)
            throw new ModelFileException($"Fit: '{path}' is no checkpoint of a training run. Expected a file that BackupAndRestore or ModelCheckpoint wrote. Delete it to begin anew.");
        int Number(string key) => place.GetValueOrDefault(key) is long and >= 0 and <= int.MaxValue and var n ? (int)n
            : throw new ModelFileException($"Fit: '{path}' has no '{key}'. Expected a file that BackupAndRestore or ModelCheckpoint wrote. Delete it to begin anew.");
        return new()
        {
            Arrays = arrays,
            Texts = texts,
            Epoch = Number("epoch"),
            Step = Number("step"),
            Pass = Number("pass"),
            Made = Number("made"),
            Score = arrays.GetValueOrDefault(ScoreKey)?.ToNumber() ?? double.NaN,
            Taken = place.GetValueOrDefault("taken") is null ? null : Number("taken"),
            Stopped = place.GetValueOrDefault("stopped") is true,
            Batch = place.GetValueOrDefault("batch") as string ?? "",
            Machine = place.GetValueOrDefault("machine") as string ?? "",
            Seed = ulong.TryParse(place.GetValueOrDefault("seed") as string, CultureInfo.InvariantCulture, out var seed) ? seed : 0,
        };
    }

    /// <summary>Deletes what a process that was killed in mid-save left beside a file.</summary>
    internal static void Sweep(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } folder || !Directory.Exists(folder)) return;
        foreach (var unfinished in Directory.GetFiles(folder, $".{Path.GetFileName(path)}.*.tmp")) File.Delete(unfinished);
    }

    /// <summary>Tells batches apart.</summary>
    internal static string Fingerprint(NDArray[] feeds)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var feed in feeds)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{feed.DType.Name()}{feed.Shape};")));
            if (feed.DType != DType.String) hash.AppendData(feed.Bytes);
            else foreach (var text in feed.AsSpan<byte[]>()) hash.AppendData(SHA256.HashData(text));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
