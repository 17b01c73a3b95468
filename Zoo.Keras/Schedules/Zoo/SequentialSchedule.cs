using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Schedules;

/// <summary>BigDL's schedules one behind the other: each begins with the rate that the one before has reached.</summary>
/// <example><code>new SGD(new Zoo.Keras.Schedules.SequentialSchedule().Add(new Zoo.Keras.Schedules.Warmup(0.01, 0.001), 90).Add(new Zoo.Keras.Schedules.Poly(0.1, 2, 1000), 910))</code></example>
public sealed class SequentialSchedule : LearningRateSchedule
{
    readonly List<(BaseSchedule Schedule, int Steps)> schedules = [];

    /// <summary>Adds a schedule.</summary>
    /// <param name="schedule">The schedule; only of the first its own rate counts.</param>
    /// <param name="maxIteration">The steps after which the next one follows; the last one goes on.</param>
    public SequentialSchedule Add(BaseSchedule schedule, int maxIteration)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        schedules.Add((schedule, maxIteration > 0 ? maxIteration : throw new ArgumentException($"SequentialSchedule: {schedule.Name} has {maxIteration} steps. Expected a positive number.")));
        return this;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">No schedule was added.</exception>
    public override Variable Of(Variable step)
    {
        if (schedules.Count == 0) throw new InvalidOperationException("SequentialSchedule: there is no schedule in it. Expected at least one. Add one.");
        Variable Number(double value) => A.Constant(value, step.DType);
        var (rate, begin) = (Number(schedules[0].Schedule.LearningRate), 0);
        Variable? result = null;
        foreach (var (schedule, steps) in schedules)
        {
            var now = schedule.From(rate, step - begin, step);
            result = result is null ? now : A.Where(step > begin, now, result);
            rate = schedule.From(rate, Number(steps), Number(begin + steps));
            begin += steps;
        }
        return result!;
    }
}
