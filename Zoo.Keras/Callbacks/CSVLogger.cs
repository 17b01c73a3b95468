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

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs)
    {
        goesOn = append && File.Exists(path) && new FileInfo(path).Length > 0;
        names = null;
        if (!goesOn) File.WriteAllText(path, "");
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (names is null)
        {
            // without validation in the first epoch its columns are there all the same
            string[] now = [.. logs.Keys];
            names = [.. now.Concat(Params.HasValidation && !Array.Exists(now, n => n.StartsWith("val_", StringComparison.Ordinal)) ? now.Select(n => $"val_{n}") : []).Order(StringComparer.Ordinal)];
            if (!goesOn) File.AppendAllText(path, string.Join(separator, names.Prepend("epoch")) + "\n");
        }
        var values = names.Select(n => logs.TryGetValue(n, out var value) ? value.ToString("R", CultureInfo.InvariantCulture) : "NA");
        File.AppendAllText(path, string.Join(separator, values.Prepend(epoch.ToString(CultureInfo.InvariantCulture))) + "\n");
    }
}
