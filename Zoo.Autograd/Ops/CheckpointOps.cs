using System.Text;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Checkpoints that graphs write and read themselves. What writes runs only where a target or a control dependency asks for it.</summary>
internal static class CheckpointOps
{
    internal static readonly Op Save = new("SaveV2", "prefix:string tensor_names:string shape_and_slices:string tensors:dtypes[] -> ; dtypes:types")
    {
        Shape = s =>
        {
            Named(s, s.Count - 3);
            return [];
        },
        NoGradient = Op.Discrete,
        Stateful = true,
        Effect = true,
        Kernel = k => k.Managed((n, x) => Files(n, () =>
        {
            Whole(x[2]);
            Checkpoint.Write(Text(x[0]), x[1].ToStrings().Zip(x[3..]));
            return Array.Empty<NDArray>();
        })),
    };

    internal static readonly Op Restore = new("RestoreV2", "prefix:string tensor_names:string shape_and_slices:string -> tensors:dtypes[] ; dtypes:types")
    {
        Shape = s =>
        {
            var types = s.Attr<DType[]>("dtypes");
            Named(s, types.Length);
            return new([.. types.Select(_ => Shape.Unknown)]);
        },
        NoGradient = Op.Discrete,
        Stateful = true,
        DataDependent = true,
        Kernel = k => k.Managed((n, x) => Files(n, () =>
        {
            Whole(x[2]);
            var (checkpoint, types) = (new Checkpoint(Text(x[0])), n.Attrs.Get<DType[]>("dtypes"));
            return x[1].ToStrings().Select((name, i) => checkpoint.Read(name) is var found && found.DType == types[i] ? found
                : throw new InvalidDataException($"the tensor '{name}' is {found.DType.Name()} in '{Text(x[0])}'. Expected {types[i].Name()}, as the graph says.")).ToArray();
        })),
    };

    internal static readonly Op Merge = new("MergeV2Checkpoints", "checkpoint_prefixes:string destination_prefix:string -> ; delete_old_dirs:bool=true allow_missing_files:bool=false")
    {
        Shape = s =>
        {
            s.Rank(0, 1);
            s.Rank(1, 0);
            return [];
        },
        NoGradient = Op.Discrete,
        Stateful = true,
        Effect = true,
        Kernel = k => k.Managed((n, x) => Files(n, () =>
        {
            var prefixes = x[0].ToStrings();
            Checkpoint.Merge(n.Attrs.Get<bool>("allow_missing_files") ? Array.FindAll(prefixes, p => File.Exists(p + ".index")) : prefixes, Text(x[1]));
            if (n.Attrs.Get<bool>("delete_old_dirs"))
                foreach (var folder in prefixes.Select(Path.GetDirectoryName).Distinct())
                    if (folder?.Length > 0 && folder != Path.GetDirectoryName(Text(x[1])) && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            return Array.Empty<NDArray>();
        })),
    };

    static void Named(ShapeContext s, long tensors)
    {
        s.Rank(0, 0);
        s.Vector(1, tensors);
        s.Vector(2, tensors);
    }

    static string Text(NDArray value) => Encoding.UTF8.GetString(value.AsSpan<byte[]>()[0]);

    static void Whole(NDArray slices)
    {
        if (slices.ToStrings().FirstOrDefault(s => s.Length > 0) is { } slice) throw new InvalidDataException($"a part of a tensor is asked for ('{slice}'). Expected whole tensors: an empty string for each.");
    }

    static NDArray[] Files(Node node, Func<NDArray[]> run)
    {
        try
        {
            return run();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new EngineException($"{node.Name ?? node.Op.Name} ({node.Op.Name}): {e.Message}", e) { Op = node.Op.Name };
        }
    }
}
