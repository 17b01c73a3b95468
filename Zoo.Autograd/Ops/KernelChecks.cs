using Zoo.Autograd.Engine.Torch;

namespace Zoo.Autograd.Ops;

/// <summary>What kernel rules check before they record a call.</summary>
internal static class KernelChecks
{
    /// <summary>Refuses dtypes that ATen's kernel does not take.</summary>
    /// <exception cref="GraphException">The first input has another dtype.</exception>
    internal static Kernel Only(this Kernel k, params ReadOnlySpan<DType> dtypes) => dtypes.Contains(k.DType()) ? k
        : throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for {k.DType().Name()}. Expected {string.Join(", ", dtypes.ToArray().Select(t => t.Name()))}. Cast the input: A.Cast(x, DType.Float32).") { Node = k.Node.Name };

    /// <summary>Refuses strings, of which the engine sees only places in a table.</summary>
    /// <exception cref="GraphException">The first input is of strings.</exception>
    internal static Kernel Numbers(this Kernel k) => k.DType() != DType.String ? k
        : throw new GraphException($"{k.Node.Op.Name}: the embedded engine has no kernel for string. Expected numbers or truth values. Look the strings up in a table before.") { Node = k.Node.Name };
}
