using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>
/// Keeps a checkpoint of the run while it trains. A run that was broken off, whatever ended it, and is started again with the same model, data and callbacks goes on from
/// there and ends with the same bits as one that was never stopped: weights, the optimizer's memory, the order of samples, dropout, metrics, and what callbacks remember
/// (<see cref="Callback.Remember"/>). Saved after all callbacks have seen a step; a kill in mid-save leaves the checkpoint before.
/// </summary>
/// <remarks>
/// The file <c>latest.safetensors</c> in the folder. Same bits need the same engine, number of threads and processor, else a warning is given; and batches that can be
/// enumerated again: a stream that cannot is refused when Fit begins. The epoch that goes on is announced again (<c>OnEpochBegin</c>).
/// </remarks>
/// <example><code>model.Fit(x, y, epochs: 50, callbacks: [new BackupAndRestore("backup") { SaveFreq = 500 }]);</code></example>
public sealed class BackupAndRestore : Callback
{
    const string Latest = "latest.safetensors", Previous = Latest + ".bkp";
    readonly string folder;

    /// <summary>Checkpoints in a folder of their own.</summary>
    /// <param name="backupDir">The folder, which is made where it is absent.</param>
    public BackupAndRestore(string backupDir)
    {
        ArgumentException.ThrowIfNullOrEmpty(backupDir);
        folder = backupDir;
    }

    /// <summary>When is saved: <c>epoch</c>, after so many batches, or a <see cref="Trigger"/>.</summary>
    public Trigger SaveFreq { get; init; } = Trigger.EveryEpoch;

    /// <summary>Whether the checkpoint before is kept too, in case the disk damages the last.</summary>
    public bool DoubleCheckpoint { get; init; }

    /// <summary>Whether the checkpoint is deleted when training has ended.</summary>
    public bool DeleteCheckpoint { get; init; } = true;

    string In(string name) => Path.Combine(folder, name);

    internal override bool Resumes => true;

    internal override RunState? Find()
    {
        RunState.Sweep(In(Latest));
        try
        {
            if (File.Exists(In(Latest))) return RunState.Load(In(Latest));
        }
        catch (ModelFileException) when (File.Exists(In(Previous)))
        {
            // the last one is damaged: the one before is there for this
        }
        return File.Exists(In(Previous)) ? RunState.Load(In(Previous)) : null;
    }

    internal override void OnPause(Func<RunState> capture)
    {
        if (!SaveFreq.Fires(Progress)) return;
        Directory.CreateDirectory(folder);
        var state = capture();
        if (DoubleCheckpoint && File.Exists(In(Latest))) File.Move(In(Latest), In(Previous), overwrite: true);
        state.Save(In(Latest));
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs)
    {
        if (!DeleteCheckpoint || !Directory.Exists(folder)) return;
        File.Delete(In(Latest));
        File.Delete(In(Previous));
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
