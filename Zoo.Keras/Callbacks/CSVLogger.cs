using System.Globalization;

namespace Zoo.Keras;

/// <summary>Writes the logs of each epoch as a line of a file: <c>epoch</c>, then the values in the order of their names. A value that an epoch lacks is <c>NA</c>.</summary>
/// <param name="path">The file.</param>
/// <param name="separator">What stands between values.</param>
/// <param name="append">Whether lines are added to a file that is there.</param>
public sealed class CSVLogger(string path, string separator = ",", bool append = false) : Callback
{
    string[]? names;
    bool goesOn;
    long length;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        length = append && File.Exists(path) ? new FileInfo(path).Length : 0;
        goesOn = length > 0;
        names = null;
    }

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory)
    {
        memory.Keep("names", ref names);
        memory.Keep("goes_on", ref goesOn);
        memory.Keep("length", ref length);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        // lines that a run wrote after its last checkpoint are written again
        using (var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write)) file.SetLength(Math.Min(length, file.Length));
        if (names is null)
        {
            // without validation in the first epoch its columns are there all the same
            string[] now = [.. logs.Keys];
            names = [.. now.Concat(Params.HasValidation && !Array.Exists(now, n => n.StartsWith("val_", StringComparison.Ordinal)) ? now.Select(n => $"val_{n}") : []).Order(StringComparer.Ordinal)];
            if (!goesOn) File.AppendAllText(path, string.Join(separator, names.Prepend("epoch")) + "\n");
        }
        var values = names.Select(n => logs.TryGetValue(n, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : "NA");
        File.AppendAllText(path, string.Join(separator, values.Prepend(epoch.ToString(CultureInfo.InvariantCulture))) + "\n");
        length = new FileInfo(path).Length;
    }
}
