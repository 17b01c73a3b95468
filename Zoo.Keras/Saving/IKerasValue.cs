namespace Zoo.Keras;

/// <summary>A type of configuration values that says itself how it looks in files: an axis or several, a rate or a schedule, a dtype policy.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IKerasValue<TSelf> where TSelf : IKerasValue<TSelf>
{
    /// <summary>The value for the file: null, a truth value, a number, a string, a list, a dictionary or an object with <see cref="KerasObjectAttribute"/>.</summary>
    object? ToKeras();

    /// <summary>The value from the file: null, bool, long, double, string, <c>List&lt;object?&gt;</c>, <c>Dictionary&lt;string, object?&gt;</c> or an object that was stored.</summary>
    static abstract TSelf FromKeras(object? value);
}
