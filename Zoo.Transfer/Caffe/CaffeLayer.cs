using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Zoo.Autograd.Graph.Proto;
using Zoo.Keras;
using Zoo.Keras.Graph;
using Zoo.Transfer.Caffe.Proto;

namespace Zoo.Transfer.Caffe;

/// <summary>A layer of a Caffe file, as a converter sees it.</summary>
public sealed class CaffeLayer
{
    readonly IReadOnlyList<TextField> extra;
    readonly CaffeImport import;

    internal CaffeLayer(LayerParameter settings, Variable[] inputs, IReadOnlyList<NDArray> blobs, IReadOnlyList<TextField> extra, CaffeImport import) =>
        (Settings, Inputs, Blobs, this.extra, this.import) = (settings, inputs, blobs, extra, import);

    /// <summary>Its name.</summary>
    public string Name => Settings.Name;

    /// <summary>Caffe's name of its type.</summary>
    public string Type => Settings.Type;

    /// <summary>What its bottoms are: Variables in Caffe's layout, [batch, channels, height, width].</summary>
    public IReadOnlyList<Variable> Inputs { get; }

    /// <summary>How many results (tops) it has.</summary>
    public int Results => Settings.Top.Count;

    /// <summary>Its weights in the file, in Caffe's order and layout; none where no caffemodel has them.</summary>
    public IReadOnlyList<NDArray> Blobs { get; internal set; }

    internal LayerParameter Settings { get; }

    /// <summary>The layer that has the same weights, because the file gives both the same names of parameters.</summary>
    internal Layer? Twin { get; init; }

    /// <summary>The layer with weights that the converter applied, if it did.</summary>
    internal Layer? Applied { get; private set; }

    /// <summary>Settings that a converter of one's own asked for; others that are unknown are warned of.</summary>
    internal HashSet<string> Asked { get; } = [];

    internal IEnumerable<string> Unread => extra.Select(f => f.Name).Where(n => !Asked.Contains(n)).Distinct();

    /// <summary>The result of a layer, which gets this one's name and, from the file, its weights.</summary>
    /// <param name="layer">The layer; its weights are in the order of the blobs, in their shapes, or in those that this library knows for a class of Keras'.</param>
    /// <param name="inputs">Its inputs.</param>
    public Variable Apply(Layer layer, params Variable[] inputs) => ApplyMany(layer, inputs)[0];

    /// <summary>The same with the mode of the call fixed; null leaves it to the model.</summary>
    internal Variable Apply(Layer layer, Variable input, bool? training) => Called(layer, [input], training)[0];

    /// <summary>The results of a layer that has several.</summary>
    public Variable[] ApplyMany(Layer layer, params Variable[] inputs) => Called(layer, inputs, null);

    Variable[] Called(Layer layer, Variable[] inputs, bool? training)
    {
        ArgumentNullException.ThrowIfNull(layer);
        Variable[] Call(Layer one) => one.CallNode(CallForm.Positional(one, inputs), training).Outputs;
        if (Twin is { } twin && twin.GetType() == layer.GetType()) return Call(twin);
        if (!layer.HasName) layer.Name = Name;
        var results = Call(layer);
        if (layer.Weights.Count == 0 || ReferenceEquals(Applied, layer)) return results;
        if (Applied is not null) throw new GraphException($"{Name}: its converter applies two layers with weights. Expected one.");
        Applied = layer;
        import.Fill(this, layer);
        return results;
    }

    /// <summary>A layer that stands before or behind the one with the file's name, such as the zeros around a picture.</summary>
    internal Variable Beside(string suffix, Layer layer, Variable input)
    {
        if (!layer.HasName) layer.Name = import.Beside($"{Name}_{suffix}");
        return layer.Apply(input);
    }

    /// <summary>Counts elements of a constant against what a file may cost.</summary>
    internal void Count(long elements) => import.Count(elements);

    /// <summary>The only input.</summary>
    internal Variable Input => Inputs.Count == 1 ? Inputs[0] : throw new GraphException($"it has {Inputs.Count} bottoms. Expected one.");

    /// <summary>A setting, such as <c>reorg_param.stride</c>; that of the file's text where it is of a type that Caffe itself does not know.</summary>
    public double Number(string setting, double fallback) => Numbers(setting) is [var first, ..] ? first : fallback;

    /// <summary>All values of a repeated setting.</summary>
    /// <exception cref="GraphException">One is no number.</exception>
    public IReadOnlyList<double> Numbers(string setting) => [.. Values(setting).Select(v => v switch
    {
        bool flag => flag ? 1 : 0,
        Enum name => Convert.ToDouble(name, CultureInfo.InvariantCulture),
        "true" => 1,
        "false" => 0,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new GraphException($"{setting} is '{text}'. Expected a number."),
        var number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
    })];

    /// <summary>A setting that is a text or the name of a choice.</summary>
    public string Text(string setting, string fallback) => Values(setting).FirstOrDefault() is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture)! : fallback;

    IEnumerable<object> Values(string setting)
    {
        var path = setting.Split('.');
        Asked.Add(path[0]);
        return Known(Settings, path).Concat(Further(extra, path));
    }

    static IEnumerable<object> Known(IMessage message, ReadOnlySpan<string> path)
    {
        if (message.Descriptor.FindFieldByName(path[0]) is not { } field || !field.IsRepeated && field.HasPresence && !field.Accessor.HasValue(message)) return [];
        var value = field.Accessor.GetValue(message);
        object[] all = field.IsRepeated ? [.. ((System.Collections.IEnumerable)value).Cast<object>()] : [value];
        if (field.FieldType != FieldType.Message) return path.Length == 1 ? all : [];
        if (path.Length == 1) return [];
        var found = new List<object>();
        foreach (var inner in all) found.AddRange(Known((IMessage)inner, path[1..]));
        return found;
    }

    static IEnumerable<object> Further(IReadOnlyList<TextField> fields, string[] path) =>
        fields.Where(f => f.Name == path[0]).SelectMany(f => (f.Value, path.Length) switch
        {
            (List<TextField> inner, > 1) => Further(inner, path[1..]),
            (string text, 1) => [text],
            _ => [],
        });
}
