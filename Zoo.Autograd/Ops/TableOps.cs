using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Lookup tables. The handle's tag is the table; what fills it comes before all runs, as TensorFlow's init ops do.</summary>
internal static class TableOps
{
    const string Handles = "-> table_handle:resource ; container:string= shared_name:string= use_node_name_sharing:bool=false key_dtype:type value_dtype:type";

    internal static readonly Op HashTable = Made("HashTableV2", Handles);
    internal static readonly Op MutableHashTable = Made("MutableHashTableV2", Handles);
    internal static readonly Op AnonymousHashTable = Made("AnonymousHashTable", "-> table_handle:resource ; key_dtype:type value_dtype:type");
    internal static readonly Op AnonymousMutableHashTable = Made("AnonymousMutableHashTable", "-> table_handle:resource ; key_dtype:type value_dtype:type");

    internal static readonly Op Find = new("LookupTableFindV2", "table_handle:resource keys:Tin default_value:Tout -> values:Tout ; Tin:type Tout:type")
    {
        Shape = s =>
        {
            s.Rank(2, 0);
            return s[1];
        },
        NoGradient = Op.Discrete,
        Stateful = true,
        Kernel = k => k.Managed((n, x) => [Table(n).Find(x[0], x[1])]),
    };

    internal static readonly Op Size = new("LookupTableSizeV2", "table_handle:resource -> size:int64")
    {
        Shape = _ => Shape.Scalar,
        NoGradient = Op.Discrete,
        Stateful = true,
        Kernel = k => k.Managed((n, _) => [NDArray.Scalar(Table(n).Keys.Count, DType.Int64)]),
    };

    internal static readonly Op Export = new("LookupTableExportV2", "table_handle:resource -> keys:Tkeys values:Tvalues ; Tkeys:type Tvalues:type")
    {
        Shape = _ => [[Dim.Any], [Dim.Any]],
        NoGradient = Op.Discrete,
        Stateful = true,
        DataDependent = true,
        Kernel = k => k.Managed((n, _) => [Table(n).Keys, Table(n).Values]),
    };

    internal static readonly Op Import = Filling("LookupTableImportV2", "table_handle:resource keys:Tin values:Tout -> ; Tin:type Tout:type");
    internal static readonly Op Initialize = Filling("InitializeTableV2", "table_handle:resource keys:Tkey values:Tval -> ; Tkey:type Tval:type");

    /// <summary>Whether an op gives a table's handle.</summary>
    internal static bool IsHandle(Op op) => op == HashTable || op == MutableHashTable || op == AnonymousHashTable || op == AnonymousMutableHashTable;

    /// <summary>Gives a table the constants that an init op has for it; nothing for other nodes.</summary>
    internal static void Fill(Node node)
    {
        if (node.Op != Import && node.Op != Initialize || node[0].Node.Tag is not LookupTable table) return;
        if (ShapeValues.Constant(node[1]) is { } keys && ShapeValues.Constant(node[2]) is { } values) table.Fill(keys, values);
    }

    /// <summary>The value of each key in a table; <paramref name="fallback"/>, a single value, for keys it has not.</summary>
    internal static Variable Lookup(LookupTable table, Variable keys, NDArray fallback) =>
        Find.Call([table.Handle, keys, AutoGrad.Constant(fallback)], Attrs.None, tag: table).Out;

    static LookupTable Table(Node n) => n[0].Node.Tag as LookupTable
        ?? throw new GraphException($"{n.Op.Name}: its table comes from {n[0].Node.Op.Name}. Expected a table of the same graph.") { Node = n.Name };

    static Op Made(string name, string signature) => new(name, signature) { Shape = _ => Shape.Scalar, NoGradient = Op.Discrete, Stateful = true };

    static Op Filling(string name, string signature) => new(name, signature) { Shape = _ => [], NoGradient = Op.Discrete, Stateful = true };
}
