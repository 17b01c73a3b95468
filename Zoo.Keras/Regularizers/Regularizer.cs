namespace Zoo.Keras;

/// <summary>A penalty on a weight (or on a layer's output) that is added to the loss. Converts from Keras' names: <c>l1</c>, <c>l2</c>, <c>l1_l2</c>, <c>orthogonal_regularizer</c>.</summary>
public abstract class Regularizer
{
    /// <summary>The penalty, one number.</summary>
    public abstract Variable Of(Variable x);

    /// <summary>The regularizer with a name, with Keras' defaults.</summary>
    /// <exception cref="ArgumentException">None has it; the message lists all.</exception>
    public static implicit operator Regularizer(string name) => KerasRegistry.Named<Regularizer>("regularizer", name, Aliases);

    static readonly Dictionary<string, string> Aliases = new() { ["l1_l2"] = "L1L2" };

    private protected static double Penalty(double value, string what) => value >= 0 && double.IsFinite(value) ? value
        : throw new ArgumentException($"regularizer: {what} {value} is no penalty. Expected a finite number from 0.");
}
