using System.Collections;
using System.Globalization;
using Zoo.Keras.Training;

namespace Zoo.Keras;

/// <summary>
/// What a callback remembers between steps, in a checkpoint. <see cref="Callback.Remember"/> names each field once, which serves for writing and for reading:
/// <c>memory.Keep("wait", ref wait)</c>. Numbers, truth values, texts, arrays and lists of them can be kept, and null.
/// </summary>
public sealed class CallbackMemory
{
    readonly RunState state;
    readonly string prefix;

    internal CallbackMemory(RunState state, string prefix, bool isReading) => (this.state, this.prefix, IsReading) = (state, prefix, isReading);

    /// <summary>Whether a run goes on from a checkpoint: fields are set.</summary>
    public bool IsReading { get; }

    /// <summary>Keeps a field: writes it to the checkpoint, or sets it from there. A checkpoint without it leaves it as it is.</summary>
    /// <exception cref="ArgumentException">Fields of this type cannot be kept.</exception>
    public void Keep<T>(string name, ref T value)
    {
        var key = $"{prefix}/{name}";
        if (!IsReading) Write(key, value);
        else if (state.Texts.TryGetValue(key, out var text)) value = (T)Convert(text, typeof(T), name);
        else if (state.Arrays.TryGetValue(key, out var array)) value = (T)Convert(array, typeof(T), name);
        else if (state.Texts.ContainsKey($"{key}/null")) value = default!;
    }

    void Write(string key, object? value)
    {
        switch (value)
        {
            case null: state.Texts[$"{key}/null"] = ""; break;
            case string text: state.Texts[key] = text; break;
            case IEnumerable<string> texts: state.Texts[key] = texts.Select(t => (object?)t).ToList(); break;
            case NDArray array: state.Arrays[key] = array; break;
            case NDArray[] several:
                state.Texts[key] = (long)several.Length;
                for (var i = 0; i < several.Length; i++) state.Arrays[$"{key}/{i}"] = several[i];
                break;
            case bool truth: state.Arrays[key] = NDArray.Scalar(truth ? 1 : 0, DType.Bool); break;
            case int or long: state.Texts[key] = System.Convert.ToInt64(value, CultureInfo.InvariantCulture); break;
            case double or float: state.Arrays[key] = NDArray.Scalar(System.Convert.ToDouble(value, CultureInfo.InvariantCulture), DType.Float64); break;
            case IEnumerable<double> numbers: state.Arrays[key] = NDArray.From(numbers.ToArray()); break;
            case IEnumerable<int> numbers: state.Arrays[key] = NDArray.From(numbers.Select(n => (long)n).ToArray()); break;
            default: throw new ArgumentException($"{prefix}: '{key}' is a {value.GetType().Name}, which a checkpoint cannot keep. Expected numbers, truth values, texts, arrays, or lists of them.");
        }
    }

    object Convert(object? stored, Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return stored switch
        {
            NDArray array when type == typeof(NDArray) => array,
            NDArray array when type == typeof(bool) => array.ToNumber() != 0,
            NDArray array when type == typeof(double) || type == typeof(float) => System.Convert.ChangeType(array.ToNumber(), type, CultureInfo.InvariantCulture),
            NDArray array when type == typeof(double[]) => array.ToArray<double>(),
            NDArray array when type == typeof(List<double>) => array.ToArray<double>().ToList(),
            NDArray array when type == typeof(List<int>) => array.ToArray<long>().Select(n => (int)n).ToList(),
            long count when type == typeof(NDArray[]) => Enumerable.Range(0, (int)count).Select(i => state.Arrays[$"{prefix}/{name}/{i}"]).ToArray(),
            long whole when type == typeof(int) || type == typeof(long) => System.Convert.ChangeType(whole, type, CultureInfo.InvariantCulture),
            string text when type == typeof(string) => text,
            IList texts when type == typeof(string[]) => texts.Cast<string>().ToArray(),
            IList texts when type == typeof(List<string>) => texts.Cast<string>().ToList(),
            _ => throw new ModelFileException($"{prefix}: the checkpoint holds '{name}' as {stored?.GetType().Name}. Expected {type.Name}. Begin anew without the checkpoint."),
        };
    }
}
