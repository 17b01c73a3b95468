using System.Globalization;

namespace Zoo.Keras;

/// <summary>A learning rate: a number or a schedule; converts from both.</summary>
public readonly record struct LearningRate : IKerasValue<LearningRate>
{
    /// <summary>A rate that stays until it is changed; kept as float32, as Keras does.</summary>
    public LearningRate(double value) => Value = double.IsFinite(value) ? (float)value : throw new ArgumentException($"learning rate: {value} is not finite. Expected a finite number.");

    /// <summary>A rate that a schedule gives.</summary>
    public LearningRate(LearningRateSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Schedule = schedule;
    }

    /// <summary>The number; 0 where there is a schedule.</summary>
    public double Value { get; }

    /// <summary>The schedule, or null.</summary>
    public LearningRateSchedule? Schedule { get; }

    /// <summary>A number as a rate.</summary>
    public static implicit operator LearningRate(double value) => new(value);

    /// <summary>A schedule as a rate.</summary>
    public static implicit operator LearningRate(LearningRateSchedule schedule) => new(schedule);

    /// <inheritdoc/>
    public object? ToKeras() => Schedule ?? (object)Value;

    /// <inheritdoc/>
    public static LearningRate FromKeras(object? value) => value switch
    {
        LearningRateSchedule schedule => new(schedule),
        double or long => new(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        _ => throw new ArgumentException("a learning rate is a number or a schedule."),
    };

    /// <inheritdoc/>
    public override string ToString() => Schedule?.Name ?? Value.ToString("G6", CultureInfo.InvariantCulture);
}
