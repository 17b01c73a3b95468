using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine;

/// <summary>An assembly may have one resolver of native libraries only: every engine registers its names here.</summary>
internal static class NativeResolver
{
    static readonly ConcurrentDictionary<string, Func<nint>> loaders = new();

    static NativeResolver() => NativeLibrary.SetDllImportResolver(typeof(NativeResolver).Assembly,
        (name, _, _) => loaders.TryGetValue(name, out Func<nint>? load) ? load() : 0);

    /// <summary><paramref name="load"/> answers a handle for every import from <paramref name="name"/>, or throws.</summary>
    internal static void Register(string name, Func<nint> load) => loaders[name] = load;
}
