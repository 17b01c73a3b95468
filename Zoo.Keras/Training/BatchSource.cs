namespace Zoo.Keras.Training;

/// <summary>Where batches come from.</summary>
internal abstract class BatchSource
{
    /// <summary>Batches of a pass over the data, where that is known.</summary>
    internal abstract int? Steps { get; }

    /// <summary>Samples of a batch, where that is fixed.</summary>
    internal abstract int? BatchSize { get; }

    /// <summary>The values for the step's feeds; may be used until the next call of <see cref="Next"/>.</summary>
    internal NDArray[] Feeds { get; private protected set; } = [];

    /// <summary>The programs that take them.</summary>
    internal StepPrograms? Programs { get; private protected set; }

    /// <summary>The time that steps have waited for batches which somebody else makes.</summary>
    internal TimeSpan Waited { get; private protected set; }

    /// <summary>Begins a pass over the data.</summary>
    internal abstract void Begin(int pass);

    /// <summary>Ends a pass, also before its last batch.</summary>
    internal virtual void End() { }

    /// <summary>Goes to the next batch, if there is one.</summary>
    internal abstract bool Next(CancellationToken cancel);

    /// <summary>Goes past some batches; false where there are fewer.</summary>
    internal abstract bool Skip(int batches, CancellationToken cancel);

    /// <summary>Fails where a pass over the data cannot be made again, which going on from a checkpoint needs; shows the model a first batch.</summary>
    internal virtual void Rehearse(CancellationToken cancel) { }
}
