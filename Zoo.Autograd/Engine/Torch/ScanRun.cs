using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>A recurrence on the embedded engine: one plan of the step, run for each entry; results are written where they stand in the stacked ones.</summary>
internal sealed class ScanRun(ScanNode scan)
{
    readonly FunctionRun step = new(scan.Step);
    readonly (int Fixed, int Sequences, int States) counts = (scan.Fixed.Length, scan.Sequences.Length, scan.First.Length);
    readonly Shape[] shapes = [.. scan.Results.Select(r => r.Shape)];
    readonly DType[] types = [.. scan.Results.Select(r => r.DType)];
    readonly bool reverse = scan.Reverse;

    internal NDArray[] Run(NDArray[] inputs)
    {
        var (given, sequences, states) = counts;
        var length = (int)inputs[given].Shape[0];
        var feeds = (NDArray[])inputs.Clone();
        NDArray[] first = inputs[(given + sequences)..], last = Array.ConvertAll(first, s => s.Clone());
        NDArray[] before = Array.ConvertAll(first, s => NDArray.Zeros(Shape.Create([length, .. s.Shape]), s.DType));
        // sizes that are only known when a step has run are those of the first one
        NDArray?[] results = [.. shapes.Select((s, i) => length == 0 ? NDArray.Zeros(Shape.Create([0, .. s.Skip(1).Select(d => Math.Max(d, 0))]), types[i]) : s[1..].IsKnown ? NDArray.Zeros(s.With(0, length), types[i]) : null)];
        var found = new NDArray?[states + results.Length];
        for (var n = 0; n < length; n++)
        {
            var at = reverse ? length - 1 - n : n;
            var next = reverse ? at - 1 : at + 1;
            for (var i = 0; i < sequences; i++) feeds[given + i] = Entry(inputs[given + i], at);
            for (var i = 0; i < states; i++)
            {
                if (n == 0) before[i].Put(at, first[i]);
                feeds[given + sequences + i] = Entry(before[i], at);
                found[i] = n + 1 < length ? Entry(before[i], next) : last[i];
            }
            for (var i = 0; i < results.Length; i++) found[states + i] = results[i] is { } stacked ? Entry(stacked, at) : null;
            step.Run(feeds, found);
            for (var i = 0; i < results.Length; i++)
                if (results[i] is null) (results[i] = NDArray.Zeros(Shape.Create([length, .. found[states + i]!.Shape]), types[i])).Put(at, found[states + i]!);
        }
        return [.. last, .. before, .. results!];
    }

    static NDArray Entry(NDArray stacked, int at) => stacked.Rows(at, 1).Reshape(stacked.Shape[1..]);
}
