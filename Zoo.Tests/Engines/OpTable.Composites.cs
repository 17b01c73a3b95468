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
    };
}
