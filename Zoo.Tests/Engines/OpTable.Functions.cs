using Zoo.Autograd;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    static readonly Shape[] carried = [[3, 4], [], [0, 4], [2, 1, 3, 1, 2]];

    /// <summary>A function over values like others.</summary>
    static FunctionRef Body(string name, Variable[] like, Func<Variable[], Variable[]> body)
    {
        var x = like.Select((v, i) => Function.Input($"x{i}", v.Shape, v.DType)).ToArray();
        return new(new Function(name, x, body(x)));
    }

    /// <summary>Two different functions of two values; what cannot be calculated with changes places.</summary>
    static Variable[] Mix(Variable x, Variable y, bool first) => x.DType is DType.String or DType.Bool ? first ? [y, x] : [x, x] : first ? [x * y + x, y] : [x - y, x * x];

    static OpVariant[] Branches(bool many) =>
    [
        .. from shape in carried
           from choice in many ? (OpInput[])[N(0), N(-1), N(7), new Indices([], 3)] : [new Fixed(NDArray.Scalar(1, DType.Bool)), new Fixed(NDArray.Scalar(0, DType.Bool)), N(3), new Indices([], 2), W([], ""), W([], "yes")]
           select V(choice, D(shape, -2, 2), D(shape, -2, 2)) with
           {
               Functions = x =>
               {
                   FunctionRef one = Body("one", x[1..], v => Mix(v[0], v[1], true)), two = Body("two", x[1..], v => Mix(v[0], v[1], false)), three = Body("three", x[1..], v => [v[1], v[0]]);
                   return [("Tout", new[] { x[1].DType, x[1].DType }), .. many ? new (string, object)[] { ("branches", new[] { one, two, three }) } : [("then_branch", one), ("else_branch", two)]];
               },
           },
    ];

    static OpVariant[] Loops() =>
    [
        .. from shape in carried
           from rounds in (int[])[0, 1, 3]
           select V(N(0), D(shape, -2, 2), D(shape, -2, 2)) with
           {
               Functions = x =>
               [
                   ("cond", Body("goes_on", x, v => [A.Less(v[0], A.Constant(rounds, DType.Int32))])),
                   ("body", Body("round", x, v => [v[0] + A.Constant(1, DType.Int32), .. Mix(v[1], v[2], true)])),
               ],
           },
    ];

    static OpVariant[] Calls() => [.. carried.Select(shape => V(D(shape, -2, 2), D(shape, -2, 2)) with { Functions = x => [("f", Body("called", x, v => Mix(v[0], v[1], true))), ("Tout", new[] { x[0].DType, x[1].DType })] })];

    /// <summary>A recurrence of one state over one sequence, with a value that does not change.</summary>
    static OpVariant[] Scans() =>
    [
        .. from length in (long[])[3, 1]
           from entry in (Shape[])[[4], [], [2, 3]]
           from reverse in (bool[])[false, true]
           select V([D(entry, -1, 1), D(Shape.Create([length, .. entry]), -1, 1), D(entry, -1, 1)], ("fixed", 1), ("sequences", 1), ("reverse", reverse)) with
           {
               Functions = x =>
               [
                   ("step", Body("step", [x[0], Function.Input("entry", x[1].Shape.HasRank ? x[1].Shape[1..] : Shape.Unknown, x[1].DType), x[2]], v => [Mix(v[2], v[1], true)[0], Mix(v[0], v[2], false)[0]])),
                   ("Tout", new[] { x[0].DType, x[0].DType, x[0].DType }),
               ],
           },
    ];

    static Dictionary<string, OpVariant[]> Functions() => new()
    {
        ["StatelessIf"] = Branches(many: false),
        ["If"] = Branches(many: false),
        ["StatelessCase"] = Branches(many: true),
        ["Case"] = Branches(many: true),
        ["StatelessWhile"] = Loops(),
        ["While"] = Loops(),
        ["PartitionedCall"] = Calls(),
        ["StatefulPartitionedCall"] = Calls(),
        ["_Scan"] = Scans(),
    };
}
