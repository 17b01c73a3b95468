using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Ops;

/// <summary>Ops that do something beside giving results: they run wherever a control dependency leads to them.</summary>
internal static class CheckOps
{
    internal static readonly Op Assert = new("Assert", "condition:bool data:T[] -> ; T:types summarize:int=3")
    {
        Shape = s =>
        {
            s.Rank(0, 0);
            return [];
        },
        NoGradient = Op.Discrete,
        Stateful = true,
        Effect = true,
        Kernel = k => k.Managed((n, x) => x[0].Number(0) != 0 ? [] : throw new EngineException($"{n.Name ?? "Assert"}: assertion failed: {string.Join(", ", x[1..].Select(Show))}. Expected its condition to be true.") { Op = "Assert" }),
    };

    internal static readonly Op PrintV2 = new("PrintV2", "input:string -> ; output_stream:string=stderr end:string=\n")
    {
        Shape = _ => [],
        NoGradient = Op.Discrete,
        Stateful = true,
        Effect = true,
        Kernel = k => k.Managed((n, x) =>
        {
            var to = n.Text("output_stream") switch
            {
                "stdout" => Console.Out,
                "stderr" or "log(info)" or "log(warning)" or "log(error)" => Console.Error,
                var other => throw new EngineException($"PrintV2: the stream is '{other}'. Expected stdout, stderr or a log: a graph writes no files.") { Op = "PrintV2" },
            };
            to.Write(string.Concat(x[0].ToStrings()) + n.Text("end"));
            return [];
        }),
    };

    static string Show(NDArray value) => value.DType == DType.String && value.Count == 1 ? value.ToStrings()[0] : value.ToString();
}
