using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>Older forms of ops, as files hold them: each is what came after it.</summary>
internal static class OlderOps
{
    internal static readonly Op Select = new("Select", "condition:bool t:T e:T -> output:T")
    {
        Shape = s =>
        {
            var shape = s.Alike(1, 2);
            if (s[0].HasRank && s[0].Rank != 0 && shape.HasRank && !s[0].Accepts(shape) && !(s[0].Rank == 1 && shape.Rank > 0 && s[0].Accepts(shape[..1])))
                throw s.Fail("the condition does not fit", "Expected one value, one for each row, or one for each element.");
            return shape;
        },
        Grad = (n, g) => [null, Select!.Call(n[0], g, A.ZerosLike(g)), Select!.Call(n[0], A.ZerosLike(g), g)],
        Composite = n => [A.Where(n[0].Shape.Rank == 1 ? A.Reshape(n[0], Shape.Create([n[0].Shape[0], .. Enumerable.Repeat(1L, n.Out.Shape.Rank - 1)])) : n[0], n[1], n[2])],
    };

    internal static readonly Op Concat = new("Concat", "concat_dim:int32 values:N*T -> output:T ; N:int T:type")
    {
        Shape = s =>
        {
            var known = Enumerable.Range(1, s.Count - 1).FirstOrDefault(i => s[i].HasRank, -1);
            s.Rank(0, 0);
            if (known < 0) return Shape.Unknown;
            if (s.Known(0) is not [{ } at]) return ShapeContext.OfRank(s[known].Rank);
            var axis = s.Axis(at, s[known].Rank);
            var dims = s[known].ToArray();
            dims[axis] = 0;
            for (var i = 1; i < s.Count; i++)
            {
                if (s[i].HasRank && s[i].Rank != dims.Length) throw s.Fail($"the ranks are {dims.Length} and {s[i].Rank}", "Expected equal ranks.");
                for (var d = 0; d < dims.Length; d++)
                {
                    var size = s[i].HasRank ? s[i][d] : Dim.Any;
                    dims[d] = d != axis ? s.Same(dims[d], size, $"the sizes of axis {d}") : dims[d] < 0 || size < 0 ? Dim.Any : dims[d] + size;
                }
            }
            return Shape.Create(dims);
        },
        Grad = (n, g) => [null, .. JoinOps.Concat.Grad!(Newer(n), g)[..^1]],
        Composite = n => Newer(n).Outputs,
    };

    internal static readonly Op Gather = new("Gather", "params:Tparams indices:Tindices -> output:Tparams ; validate_indices:bool=true Tparams:type Tindices:index")
    {
        Shape = s => !s[0].HasRank || !s[1].HasRank ? Shape.Unknown : s[0].Rank > 0 ? s[1].Concat(s[0][1..]) : throw s.Fail("the table is a single number", "Expected rows."),
        Grad = (n, g) => IndexOps.Gather.Grad!(IndexOps.Gather.Node([n[0], n[1], A.Constant(0, DType.Int32)]), g)[..2],
        Composite = n => [A.Gather(n[0], n[1])],
    };

    internal static readonly Op BatchMatMul = new("BatchMatMul", "x:T y:T -> output:T ; T:wide adj_x:bool=false adj_y:bool=false grad_x:bool=false grad_y:bool=false")
    {
        Shape = s => !s[0].HasRank || !s[1].HasRank || s[0].Rank == s[1].Rank && (s[0].Rank < 2 || s[0][..^2].Accepts(s[1][..^2])) ? LinearOps.BatchMatMul.Shape(s) : throw s.Fail("the leading axes differ", "Expected equal ones."),
        Grad = LinearOps.BatchMatMul.Grad,
        Composite = n => [A.BatchMatMul(n[0], n[1], n.Flag("adj_x"), n.Flag("adj_y"))],
    };

    /// <summary>The same of different dtypes; the result's is named.</summary>
    internal static readonly Op BatchMatMulV3 = new("BatchMatMulV3", "x:Ta y:Tb -> output:Tout ; Ta:wide Tb:wide Tout:wide adj_x:bool=false adj_y:bool=false grad_x:bool=false grad_y:bool=false")
    {
        Shape = s => LinearOps.BatchMatMul.Shape(s),
        Grad = (n, g) =>
        {
            var back = LinearOps.BatchMatMul.Grad!(Wide(n).Node, g);
            return [A.Cast(back[0]!, n[0].DType), A.Cast(back[1]!, n[1].DType)];
        },
        Composite = n => [Wide(n)],
    };

    static Variable Wide(Node n) => A.BatchMatMul(A.Cast(n[0], n.Out.DType), A.Cast(n[1], n.Out.DType), n.Flag("adj_x"), n.Flag("adj_y"));

    static Node Newer(Node n) => JoinOps.Concat.Call([.. n.Inputs[1..], n[0]], Attrs.None);
}
