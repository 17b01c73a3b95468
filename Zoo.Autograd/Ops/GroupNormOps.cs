using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Autograd.Ops;

/// <summary>
/// (x - mean) / √(variance + epsilon), times a scale and plus an offset of each channel where they are given, with mean and variance of each sample over groups of channels, the last axis (Wu and He,
/// 2018). The other results [batch, groups] are what the gradient needs: the mean and 1 / √(variance + epsilon).
/// </summary>
internal static class GroupNormOps
{
    internal static readonly Op GroupNorm = new("_GroupNorm", "x:T scale:S*T offset:O*T -> y:T mean:T inverse:T ; T:float32|float64 groups:int=1 epsilon:float=0.001")
    {
        Shape = s =>
        {
            var groups = Check(s, 0, 1);
            return [s[0], groups, groups];
        },
        Kernel = GroupNormKernel.Forward,
        Body = (n, v) =>
        {
            var (x, axes) = (Grouped(n, v[0]), Axes(v[0]));
            var (mean, variance) = A.Moments(x, axes, keepDims: true);
            var inverse = A.Rsqrt(variance + n.Float("epsilon"));
            var factor = n.Int("S") > 0 ? inverse * Channels(v[1]) : inverse;
            var shift = -mean * factor;   // in Keras' order: large inputs show how it was rounded
            if (n.Int("O") > 0) shift += Channels(v[^1]);
            return [A.ReshapeLike(x * factor + shift, v[0]), Flat(mean), Flat(inverse)];

            Variable Channels(Variable weight) => A.Reshape(weight, [n.Int("groups"), Dim.Any]);
            Variable Flat(Variable rows) => A.Reshape(rows, [Dim.Any, n.Int("groups")]);
        },
        Grads = (n, g) =>
        {
            if (g[0] is not { } dy || g[1] is not null || g[2] is not null) return RecurrentOps.OfBody(n, g);
            var scaled = (int)n.Int("S");
            var back = GroupNormGrad!.Call([dy, n[0], n.Outputs[1], n.Outputs[2], .. n.Inputs[1..(1 + scaled)]], Attrs.Of(("groups", n.Int("groups")))).Outputs;
            return [back[0], .. scaled > 0 ? [back[1]] : Array.Empty<Variable>(), .. n.Int("O") > 0 ? [back[2]] : Array.Empty<Variable>()];
        },
    };

    /// <summary>The gradients for x, the scale and the offset.</summary>
    internal static readonly Op GroupNormGrad = new("_GroupNormGrad", "dy:T x:T mean:T inverse:T scale:S*T -> dx:T dscale:T doffset:T ; T:float32|float64 groups:int=1")
    {
        Shape = s =>
        {
            var x = s.Alike(0, 1);
            var groups = Check(s, 1, 4);
            for (var i = 2; i < 4; i++)
                if (!groups.Accepts(s[i]) && !s[i].Accepts(groups)) throw s.Fail($"one input is {s[i]}", $"Expected {groups}.");
            Shape channels = [x.HasRank ? x[^1] : Dim.Any];
            return [x, channels, channels];
        },
        Kernel = GroupNormKernel.Backward,
        Body = (n, v) =>
        {
            var (x, axes, inverse) = (Grouped(n, v[1]), Axes(v[1]), Wide(v[3]));
            var hat = (x - Wide(v[2])) * inverse;
            var g = Grouped(n, n.Int("S") > 0 ? v[0] * v[4] : v[0]);
            var dx = (g - A.Mean(g, axes, keepDims: true) - hat * A.Mean(g * hat, axes, keepDims: true)) * inverse;
            int[] outer = [.. Enumerable.Range(0, v[1].Shape.Rank - 1)];
            return [A.ReshapeLike(dx, v[1]), A.Sum(v[0] * A.ReshapeLike(hat, v[1]), outer), A.Sum(v[0], outer)];

            Variable Wide(Variable rows) => A.Reshape(rows, Shape.Create([Dim.Any, .. Enumerable.Repeat(1L, v[1].Shape.Rank - 2), n.Int("groups"), 1]));
        },
        Grads = RecurrentOps.OfBody,
    };

    /// <summary>The groups with an axis of their own before that of the channels.</summary>
    static Variable Grouped(Node n, Variable x) => A.Reshape(x, A.Concat([A.ShapeOf(x)[..^1], A.Ints((int)n.Int("groups"), (int)(x.Shape[^1] / n.Int("groups")))], 0));

    static int[] Axes(Variable x) => [.. Enumerable.Range(1, x.Shape.Rank).Where(i => i != x.Shape.Rank - 1)];

    static Shape Check(ShapeContext s, int input, int weights)
    {
        var (x, groups) = (s[input], s.Int("groups"));
        if (x.HasRank && x.Rank < 2) throw s.Fail($"x has rank {x.Rank}", "Expected a batch and channels at least.");
        if (groups < 1 || x.HasRank && x[^1] >= 0 && x[^1] % groups != 0) throw s.Fail($"there are {groups} groups", "Expected a divisor of the channels, the last axis.");
        for (var i = weights; i < s.Count; i++) s.Vector(i, x.HasRank ? x[^1] : Dim.Any);
        return [x.HasRank ? x[0] : Dim.Any, groups];
    }
}
