namespace Zoo.Keras;

/// <summary>
/// Makes a class storable in Keras' files: its constructor parameters (each with a public property of the same name) and its settable public
/// properties become the keys of its configuration, in snake_case. Nothing else has to be written.
/// </summary>
/// <param name="module">Keras' own module, such as <c>keras.layers</c>; left out for classes of a user, and for this library's that Keras lacks (package <c>zoo</c>).</param>
/// <example><code>[KerasObject(Package = "my_shop")] public sealed class Gate(int units) : Layer { public int Units { get; } = units; }</code></example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KerasObjectAttribute(string? module = null) : Attribute
{
    /// <summary>Keras' module; null for a class of a user.</summary>
    public string? Module { get; } = module;

    /// <summary>The name in files; by default the name of the class.</summary>
    public string? ClassName { get; init; }

    /// <summary>For a class of a user: the package under which Python registers its counterpart; files then say <c>package&gt;Class</c>.</summary>
    public string Package { get; init; } = "Custom";
}

/// <summary>The key of a property in files, or the name under which the weights of a layer in a field stand, where it is not the snake_case of its name.</summary>
/// <param name="key">The key.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class KerasNameAttribute(string key) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;
}

/// <summary>A property that is not part of the configuration.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KerasIgnoreAttribute : Attribute;

/// <summary>A property whose key is written only while it is not null.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KerasOptionalAttribute : Attribute;

/// <summary>A key that Keras writes and this library does not model: always written with this value; a file with another value is refused.</summary>
/// <param name="key">The key.</param>
/// <param name="value">The value that changes nothing.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class KerasInertAttribute(string key, object? value = null) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;

    /// <summary>The value that changes nothing.</summary>
    public object? Value { get; } = value;
}

/// <summary>A key of a base class that this class does not write.</summary>
/// <param name="key">The key.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class KerasOmitAttribute(string key) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;
}

/// <summary>An optional key (<see cref="KerasOptionalAttribute"/>) of a base class that this class writes even while it is null.</summary>
/// <param name="key">The key.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class KerasAlwaysAttribute(string key) : Attribute
{
    /// <summary>The key.</summary>
    public string Key { get; } = key;
}

/// <summary>Objects of this class and its subclasses have an identity: one that is stored twice is one object again when it is read.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KerasSharedAttribute : Attribute;

/// <summary>Files state the shapes for which a layer of this class was built, though it has no Build here; or that nothing need be known to build it.</summary>
/// <param name="isEmpty">Whether files say that nothing need be known.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KerasBuildConfigAttribute(bool isEmpty = false) : Attribute
{
    /// <summary>Whether files say that nothing need be known.</summary>
    public bool IsEmpty { get; } = isEmpty;
}

/// <summary>
/// An argument of Keras' own <c>call</c> of this class which files state with each call, such as <c>mask: null</c> or <c>training: false</c>.
/// </summary>
/// <param name="name">The argument.</param>
/// <param name="value">Its default.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class KerasCallArgumentAttribute(string name, object? value = null) : Attribute
{
    /// <summary>The argument.</summary>
    public string Name { get; } = name;

    /// <summary>Its default.</summary>
    public object? Value { get; } = value;
}

/// <summary>
/// The tensors that Keras' own <c>call</c> of this class takes one after another, such as <c>query, value, key</c>: they may be given by position or by name, and the layer
/// is built for their shapes. Without it there is one, <c>inputs</c>, which may be a list.
/// </summary>
/// <param name="names">The parameters, in order.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class KerasParametersAttribute(params string[] names) : Attribute
{
    /// <summary>The parameters, in order.</summary>
    public string[] Names { get; } = names;
}
