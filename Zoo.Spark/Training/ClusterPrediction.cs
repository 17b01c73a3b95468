using Zoo.Autograd.Graph;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Spark.Training;

/// <summary>One Predict by the workers of a cluster: each computes its rows of a batch.</summary>
internal sealed class ClusterPrediction : IPredictingRun
{
    readonly Team team;
    readonly Action ended;
    readonly int outputs;

    internal ClusterPrediction(ICluster cluster, ZooOptions options, Model model, Action ended)
    {
        (team, this.ended) = (new(cluster, options.Timeout), ended);
        team.Renew();
        var program = model.InferenceProgram();
        outputs = program.Fetches.Length;
        (int, NDArray)[] values = [.. program.Parameters().Select(p => (team.Numbers.Of(p), p.Value))];
        team.All(new Command.Set(values), "taking values");
        team.All(new Command.LoadProgram(0, program, model.InferenceEngine.Name), "preparing a prediction", starts: true);
    }

    public NDArray[] Predict(NDArray[] feeds, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var bounds = Slices.Bounds((int)feeds[0].Shape[0], team.Size);
        // A worker without rows computes the first one, and nobody takes it.
        var replies = team.All(rank => new Command.Run(0, Array.ConvertAll(feeds, f => bounds[rank] == bounds[rank + 1] ? f.Rows(0, Math.Min(1, (int)f.Shape[0])) : f.Rows(bounds[rank], bounds[rank + 1] - bounds[rank]))), "predicting", starts: true);
        var parts = replies.Where((_, rank) => bounds[rank] < bounds[rank + 1]).DefaultIfEmpty(replies[0]).ToArray();
        return [.. Enumerable.Range(0, outputs).Select(i => Loops.Join([.. parts.Select(p => p.Values[i])]))];
    }

    public void Dispose() => ended();
}
