namespace Zoo.Keras;

/// <summary>
/// Evaluates and predicts with the moving averages of the weights, which an optimizer with <c>UseEma</c> keeps: weights and averages change places before and
/// back after, in the validation of Fit too. In Keras' form.
/// </summary>
/// <param name="swapOnEpoch">Whether they stay changed from the end of an epoch to the beginning of the next, so that callbacks behind this one, such as <see cref="ModelCheckpoint"/>, see the averages.</param>
public sealed class SwapEMAWeights(bool swapOnEpoch = false) : Callback
{
    bool swapped;

    /// <summary>Whether the averages stay in the model between epochs.</summary>
    public bool SwapOnEpoch { get; } = swapOnEpoch;

    /// <inheritdoc/>
    public override void OnTrainBegin(Logs logs) => swapped = false;

    /// <inheritdoc/>
    public override void OnEpochBegin(int epoch, Logs logs)
    {
        if (SwapOnEpoch) Swap(false);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(int epoch, Logs logs)
    {
        if (SwapOnEpoch) Swap(true);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(Logs logs) => swapped = false;   // Fit has put the averages into the weights

    /// <inheritdoc/>
    public override void OnTestBegin(Logs logs) => Swap(true);

    /// <inheritdoc/>
    public override void OnTestEnd(Logs logs) => Swap(false);

    /// <inheritdoc/>
    public override void OnPredictBegin(Logs logs) => Swap(true);

    /// <inheritdoc/>
    public override void OnPredictEnd(Logs logs) => Swap(false);

    /// <inheritdoc/>
    protected internal override void Remember(CallbackMemory memory) => memory.Keep("swapped", ref swapped);

    internal override void OnLast()
    {
        // the weights take the averages over: both must be where they belong
        Swap(false);
    }

    void Swap(bool into)
    {
        if (swapped == into) return;
        var pairs = Model.Optimizer?.Averages.ToList() ?? [];
        if (pairs.Count == 0) throw new InvalidOperationException($"SwapEMAWeights: the optimizer {Model.Optimizer?.Name ?? "is missing and"} keeps no averages. Expected one with UseEma = true. Set it, or leave the callback out.");
        foreach (var (weight, average) in pairs) (weight.Value, average.Value) = (average.Value, weight.Value);
        swapped = into;
    }
}
