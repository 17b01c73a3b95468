namespace Zoo.Keras.Schedules;

/// <summary>
/// BigDL's schedule that lowers the rate when a value no longer gets better, as a callback. Other than <see cref="ReduceLROnPlateau"/> it bears one epoch more before it lowers
/// the rate for the first time.
/// </summary>
public sealed class Plateau : ReduceLROnPlateau
{
    /// <summary>The schedule.</summary>
    /// <param name="monitor">The value that is watched.</param>
    /// <param name="factor">What the rate is multiplied by.</param>
    /// <param name="patience">How many epochs without getting better are borne.</param>
    /// <param name="mode"><c>min</c> or <c>max</c>.</param>
    /// <param name="epsilon">The least change that counts as better.</param>
    /// <param name="cooldown">How many epochs are not counted after the rate was lowered.</param>
    /// <param name="minLr">The least rate.</param>
    public Plateau(string monitor = "val_loss", double factor = 0.1, int patience = 10, string mode = "min", double epsilon = 1e-4, int cooldown = 0, double minLr = 0) : base(monitor) =>
        (Factor, Patience, Mode, MinDelta, Cooldown, MinLR) = (factor, patience, mode, epsilon, cooldown, minLr);

    private protected override int Late => 1;
}
