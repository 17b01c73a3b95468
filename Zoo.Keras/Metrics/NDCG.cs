using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras.Metrics;

/// <summary>BigDL's normalized discounted cumulative gain of one right item: log 2 / log(place + 1) among the first k, else 0. A batch holds whole groups of one right item and negNum others.</summary>
[KerasObject(Package = "zoo")]
public sealed class NDCG(int k = 10, int negNum = 100) : RankedMetric(k, negNum)
{
    private protected override Variable At(Variable place) => Math.Log(2) / A.Log(place + 1);
}
