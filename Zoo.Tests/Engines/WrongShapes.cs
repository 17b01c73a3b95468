using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Ops;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.EngineCases;

/// <summary>A case with the shape of one input changed: either the op refuses it by name, with the shapes, or it is right and runs.</summary>
static class WrongShapes
{
    static readonly Func<Shape, Shape?>[] changes =
    [
        s => s.Concat([2]),
        s => s.Rank > 0 ? s[..^1] : null,
        s => s.Rank > 0 ? s.With(-1, s[-1] + 1) : null,
        s => s.Rank > 0 ? s.With(0, s[0] + 1) : null,
        s => s.Rank > 0 ? s.With(0, 0) : null,
        s => s.Rank > 1 ? s.With(1, s[1] + 2) : null,
    ];

    internal static string? Try(OpCase it)
    {
        for (var i = 0; i < it.Values.Length; i++)
            foreach (var change in changes)
            {
                if (change(it.Values[i].Shape) is not { } shape) continue;
                string? found;
                try
                {
                    found = Try(it, i, shape);
                }
                catch (Exception e)
                {
                    found = $"{e.GetType().Name} {e.Message}";
                }
                if (found is not null) return $"input {i} {shape} in place of {it.Values[i].Shape}: {found}";
            }
        return null;
    }

    static string? Try(OpCase it, int input, Shape shape)
    {
        var values = it.Values.ToArray();
        var random = new Random(1);
        values[input] = OpCase.Redraw(it.Values[input], shape, random);
        var inputs = values.Select((v, i) => it.Variant.Inputs[i] is Fixed ? A.Constant(v) : StateOps.Input($"in{i}", v.Shape, v.DType)).ToArray();
        Node node;
        try
        {
            node = it.Op.Call(inputs, it.Variant.Functions is null ? Attrs.Of(it.Variant.Attrs) : it.Build(s => s).Node.Attrs);   // the functions stay as they were
        }
        catch (ShapeException e)
        {
            if (!e.Message.Contains(it.Op.Name, StringComparison.Ordinal)) return $"the message does not name the op: {e.Message}";
            return Array.TrueForAll(values, v => e.Message.Contains(v.Shape.ToString(), StringComparison.Ordinal)) ? null : $"the message does not tell the shapes: {e.Message}";
        }
        var outputs = it.Public(node);
        NDArray[] results;
        try
        {
            results = OpRun.Run([.. inputs.Where((_, i) => it.Variant.Inputs[i] is not Fixed)], outputs, [.. values.Where((_, i) => it.Variant.Inputs[i] is not Fixed)]);
        }
        catch (EngineException e) when (e.Message.Contains("out of range", StringComparison.Ordinal) && (e.Op == it.Op.Name || it.Op.Composite is not null))
        {
            return null;   // numbers that do not exist any more
        }
        catch (EngineException) when (it.Variant.Inputs.Any(i => i is Data { Definite: true }))
        {
            return null;   // of another shape the matrices are not definite any more
        }
        catch (GraphException e) when (e.Message.Contains("no kernel for", StringComparison.Ordinal))
        {
            return null;   // a dtype, or an empty tensor, that the embedded engine says it does not take
        }
        for (var i = 0; i < outputs.Length; i++)
            if (!outputs[i].Shape.Accepts(results[i].Shape)) return $"accepted, inferred {outputs[i].Shape}, got {results[i].Shape}";
        return null;
    }
}
