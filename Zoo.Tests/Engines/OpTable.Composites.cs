using Zoo.Autograd;

namespace Zoo.Tests.EngineCases;

static partial class OpTable
{
    /// <summary>Steps, batch, units: sizes about those of vectors and tiles, and single ones.</summary>
    static readonly (long Steps, long Batch, long Units)[] recurrences = [(3, 2, 4), (1, 1, 5), (4, 5, 17), (2, 9, 16), (2, 3, 1), (3, 6, 70)];

    static IEnumerable<OpVariant> Recurrences(Func<long, long, long, OpInput[]> inputs, Func<bool, (string, object)[]> attrs, int[] flat)
    {
        foreach (var (t, b, u) in recurrences)
            foreach (var reverse in (bool[])[false, true])
                foreach (var mask in (bool[])[false, true])
                    yield return V([.. inputs(t, b, u), .. mask ? [Ix(2, t, b)] : Array.Empty<OpInput>()], [("reverse", reverse), .. attrs(mask)]) with { Flat = flat };
    }

    /// <summary>Heads and groups, masks of all sorts, dropped weights.</summary>
    static IEnumerable<OpVariant> Attentions(Func<long, long, long, long, long, long, long, OpInput[], OpInput[]> inputs)
    {
        foreach (var (b, q, v, h, u, d, dv) in new (long, long, long, long, long, long, long)[] { (2, 3, 4, 2, 2, 3, 2), (1, 5, 5, 4, 2, 4, 4), (2, 1, 3, 3, 1, 1, 2), (1, 35, 70, 1, 1, 2, 3) })
        {
            Indices weights = Ix(3, b, h, q, v), every = Ix(3, b, 1, 1, v), few = Ix(2, 1, 1, q, v);
            (string, object)[] plain = [("M", 0), ("K", 0)], masked = [("M", 1), ("K", 0)], dropped = [("M", 0), ("K", 1), ("rate", .25)];
            yield return V(inputs(b, q, v, h, u, d, dv, []), [.. plain, ("scale", .5)]);
            yield return V(inputs(b, q, v, h, u, d, dv, []), [.. plain, ("causal", true)]);
            yield return V(inputs(b, q, v, h, u, d, dv, []), [.. plain, ("causal", true), ("masking", "add"), ("masked", -2.0)]);
            yield return V(inputs(b, q, v, h, u, d, dv, [weights]), [.. masked, ("masked", -3.0)]);
            yield return V(inputs(b, q, v, h, u, d, dv, [few]), [.. masked, ("masking", "hide"), ("masked", -3.0)]);
            yield return V(inputs(b, q, v, h, u, d, dv, [every]), [.. masked, ("masking", "add"), ("masked", -1.5)]);
            yield return V(inputs(b, q, v, h, u, d, dv, [every]), [.. masked, ("causal", true), ("scale", .5), ("masked", -3.0)]);
            yield return V(inputs(b, q, v, h, u, d, dv, [weights]), dropped);
            yield return V(inputs(b, q, v, h, u, d, dv, [few, weights]), [("M", 1), ("K", 1), ("rate", .5), ("masking", "hide"), ("causal", true), ("masked", -3.0)]);
            yield return V(inputs(b, q, v, h, u, d, dv, []), [.. plain, ("causal", true), ("masked", -3.0)]);
        }
    }

    static Dictionary<string, OpVariant[]> Composites() => new()
    {
        ["_Lstm"] =
        [
            .. Recurrences((t, b, u) => [D(t, b, 4 * u), D([u, 4 * u], -.3, .3), D(b, u), D(b, u)], _ => [], [2]),
            .. Recurrences((t, b, u) => [D(t, b, 4 * u), D([u, 4 * u], -.3, .3), D(b, u), D(b, u)], _ => [("training", false)], [1, 2]),
            V(D(3, 2, 16), D(4, 16), D(2, 4), D(2, 4), Ix(2, 3, 2)), V(D(0, 2, 16), D(4, 16), D(2, 4), D(2, 4)) with { Flat = [2] }, V(D(3, 0, 16), D(4, 16), D(0, 4), D(0, 4)) with { Flat = [2] },
        ],
        ["_Gru"] =
        [
            .. from after in new[] { true, false }
               from kept in new[] { true, false }
               from v in Recurrences((t, b, u) => [D(t, b, 3 * u), D([u, 3 * u], -.3, .3), D(u), D(b, u)], _ => [("reset_after", after), ("training", kept)], [1])
               select v,
            V(D(3, 2, 12), D(4, 12), D(4), D(2, 4), Ix(2, 3, 2)), V(D(0, 2, 12), D(4, 12), D(4), D(2, 4)) with { Flat = [1] }, V([D(3, 0, 12), D(4, 12), D(4), D(0, 4)], ("reset_after", false)) with { Flat = [1] },
        ],
        ["_GruGrad"] =
        [
            .. from after in new[] { true, false }
               from v in Recurrences((t, b, u) => [D([u, 3 * u], -.3, .3), D([t, b, 4 * u], -1, 1), D(t + 1, b, u), D(t + 1, b, u)], _ => [("reset_after", after)], [])
               select v,
        ],
        ["_LstmGrad"] =
        [
            .. Recurrences((t, b, u) => [D([u, 4 * u], -.3, .3), D([t, b, 4 * u], -1, 1), D(t + 1, b, u), D(t + 1, b, u), D(t + 1, b, u)], mask => [("D", 1), ("M", mask ? 1 : 0)], []),
            .. Recurrences((t, b, u) => [D([u, 4 * u], -.3, .3), D([t, b, 4 * u], -1, 1), D(t + 1, b, u), D(t + 1, b, u)], mask => [("D", 0), ("M", mask ? 1 : 0)], []),
        ],
        ["_LayerNorm"] =
        [
            .. from shape in new Shape[] { [3, 4], [2, 3, 5], [5, 33], [18, 16], [2, 2, 1] }
               from center in new[] { true, false }
               from weights in new[] { 0, 1, 2 }
               select V([new Data(shape), .. Enumerable.Repeat(new Data(shape[^1..]), weights)], ("center", center), ("S", Math.Min(weights, 1)), ("O", weights / 2), ("epsilon", .01)),
            V([D(4, 3), D(3)], ("S", 0), ("O", 1)), V([D(2, 3, 5), D(3, 5), D(3, 5)], ("axes", 2), ("S", 1), ("O", 1)), V([D(2, 3, 2)], ("axes", 3), ("S", 0), ("O", 0)),
            V([D(0, 4), D(4), D(4)], ("S", 1), ("O", 1)),
        ],
        ["_LayerNormGrad"] =
        [
            .. from shape in new Shape[] { [3, 4], [2, 3, 5], [5, 33], [150, 17] }
               from center in new[] { true, false }
               from scaled in new[] { true, false }
               select V([new Data(shape), new Data(shape), new Data(shape[..^1]), new Data(shape[..^1]), .. scaled ? [new Data(shape[^1..])] : Array.Empty<OpInput>()], ("center", center), ("S", scaled ? 1 : 0)),
            V([D(2, 3, 5), D(2, 3, 5), D(2), D(2), D(3, 5)], ("axes", 2), ("S", 1)), V([D(0, 4), D(0, 4), D(0), D(0)], ("S", 0)),
        ],
        ["_Attention"] = [.. Attentions((b, q, v, h, u, d, dv, more) => [D(b, q, h, d), D(b, v, u, d), D(b, v, u, dv), .. more])],
        ["_AttentionGrad"] =
        [
            .. Attentions((b, q, v, h, u, d, dv, more) => [D(b, q, h, dv), D([b, q, h, d], -1, 1), D([b, v, u, d], -1, 1), D(b, v, u, dv), D(b, q, h, dv), D([b, h, q, 2], .1, .5), .. more]),
        ],
        ["_GroupNorm"] =
        [
            .. from shape in new Shape[] { [3, 4], [2, 3, 6], [2, 3, 2, 34], [1, 5, 16] }
               from groups in new[] { 1, 2 }
               from weights in new[] { 0, 1, 2 }
               select V([new Data(shape), .. Enumerable.Repeat(new Data(shape[^1..]), weights)], ("groups", groups), ("S", Math.Min(weights, 1)), ("O", weights / 2), ("epsilon", .01)),
            V([D(4, 3, 6), D(6)], ("S", 0), ("O", 1), ("groups", 3)),
        ],
        ["_GroupNormGrad"] =
        [
            .. from shape in new Shape[] { [3, 4], [2, 3, 6], [2, 3, 2, 34] }
               from scaled in new[] { true, false }
               select V([new Data(shape), new Data(shape), D(shape[0], 2), D(shape[0], 2), .. scaled ? [new Data(shape[^1..])] : Array.Empty<OpInput>()], ("groups", 2), ("S", scaled ? 1 : 0)),
        ],
    };
}
