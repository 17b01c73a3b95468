namespace Zoo.Keras.Saving;

/// <summary>A group or a dataset of an HDF5 file, with its attributes.</summary>
abstract class H5Node
{
    /// <summary>
    /// The attributes, in the file's order: <c>string</c>, <c>string[]</c>, or an <c>NDArray</c> (numbers and truth values, single ones with an
    /// empty shape). A value of a type that is not understood is an <see cref="H5Unknown"/>.
    /// </summary>
    public Dictionary<string, object> Attributes { get; } = [];
}

/// <summary>What stands in an attribute's place when its type is not understood; only using it is an error.</summary>
sealed record H5Unknown(string Reason);

/// <summary>A folder of an HDF5 file.</summary>
sealed class H5Group : H5Node
{
    /// <summary>The members by name; libraries list them in this order.</summary>
    public SortedDictionary<string, H5Node> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>The group at a path such as <c>layers/dense/vars</c>, made where it is missing.</summary>
    public H5Group Group(string path)
    {
        var group = this;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!group.Children.TryGetValue(part, out var child)) group.Children[part] = child = new H5Group();
            group = child as H5Group ?? throw new InvalidOperationException($"'{part}' in '{path}' is a dataset, not a group.");
        }
        return group;
    }

    /// <summary>The group or dataset at a path, or null.</summary>
    public H5Node? Find(string path)
    {
        H5Node? node = this;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            node = node is H5Group group && group.Children.TryGetValue(part, out var child) ? child : null;
        return node;
    }

    /// <summary>Adds a dataset.</summary>
    public void Add(string name, NDArray value) => Children.Add(name, new H5Dataset(value));
}
