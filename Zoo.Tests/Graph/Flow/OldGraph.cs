using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;

namespace Zoo.Tests.Graph.Flow;

/// <summary>Writes graphs as TensorFlow 1 did: loops and choices of Enter, Switch, Merge, NextIteration, Exit.</summary>
sealed class OldGraph
{
    int made;

    internal GraphDef Graph { get; } = new() { Versions = GraphDefWriter.Versions() };

    internal string Add(string op, string[] inputs, params (string, object)[] attrs) => Named($"{op}_{made++}", op, inputs, attrs);

    internal string Named(string name, string op, string[] inputs, params (string, object)[] attrs)
    {
        Graph.Node.Add(NodeWriter.Write(op, name, inputs, attrs));
        return name;
    }

    internal string Input(string name, DType dtype, Shape? shape = null) => Named(name, "Placeholder", [], ("dtype", dtype), ("shape", shape ?? Shape.Unknown));

    /// <summary>A constant; within a loop or a choice it needs a control dependency to belong there.</summary>
    internal string Const(NDArray value, params string[] after) => Add("Const", [.. after.Select(a => "^" + a)], ("dtype", value.DType), ("value", value));

    internal string Const(int value, params string[] after) => Const(NDArray.Scalar(value, DType.Int32), after);

    internal string Two(string op, string x, string y, DType dtype = DType.Float32) => Add(op, [x, y], ("T", dtype));

    /// <summary>A loop over variables; <paramref name="given"/> does not change. Condition and body get the values of a round, then what is given, and a node to hang constants on.</summary>
    internal string[] While(string frame, (string First, DType DType)[] variables, (string Value, DType DType)[] given, Func<string[], string> test, Func<string[], string[]> body)
    {
        string Enter(string value, DType dtype, bool constant) => Add("Enter", [value], ("T", dtype), ("frame_name", frame), ("is_constant", constant), ("parallel_iterations", 10L));
        var enters = variables.Select(v => Enter(v.First, v.DType, false)).ToArray();
        var fixedOnes = given.Select(g => Enter(g.Value, g.DType, true)).ToArray();
        var merges = new NodeDef[variables.Length];
        for (var i = 0; i < merges.Length; i++)
        {
            Add("Merge", [enters[i], ""], ("T", variables[i].DType), ("N", 2L));
            merges[i] = Graph.Node[^1];
        }
        var names = Array.ConvertAll(merges, m => m.Name);
        var goes = Add("LoopCond", [test([.. names, .. fixedOnes, names[0]])]);
        var switches = variables.Select((v, i) => Add("Switch", [names[i], goes], ("T", v.DType))).ToArray();
        var values = variables.Select((v, i) => Add("Identity", [switches[i] + ":1"], ("T", v.DType))).ToArray();
        var next = body([.. values, .. fixedOnes, values[0]]);
        for (var i = 0; i < merges.Length; i++) merges[i].Input[1] = Add("NextIteration", [next[i]], ("T", variables[i].DType));
        return [.. variables.Select((v, i) => Add("Exit", [switches[i]], ("T", v.DType)))];
    }

    /// <summary>A choice; each side gets its values and a node to hang constants on.</summary>
    internal string[] Cond(string condition, (string Value, DType DType)[] given, DType[] results, Func<string[], string[]> then, Func<string[], string[]> otherwise)
    {
        var pivot = Add("Switch", [condition, condition], ("T", DType.Bool));
        string[] Side(int port, Func<string[], string[]> side)
        {
            var at = Add("Identity", [port == 0 ? pivot : pivot + ":1"], ("T", DType.Bool));
            return side([.. given.Select(g => Add("Switch", [g.Value, condition], ("T", g.DType)) + (port == 0 ? "" : ":1")), at]);
        }
        var (no, yes) = (Side(0, otherwise), Side(1, then));
        return [.. results.Select((dtype, i) => Add("Merge", [no[i], yes[i]], ("T", dtype), ("N", 2L)))];
    }
}
