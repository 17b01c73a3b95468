using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>BigDL's: how often the right item is among the first k. A batch holds whole groups of one right item and negNum others.</summary>
[KerasObject(Package = "zoo")]
public sealed class HitRatio(int k = 10, int negNum = 100) : RankedMetric(k, negNum)
{
    private protected override Variable At(Variable place) => A.OnesLike(place);
}
