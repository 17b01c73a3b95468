using Zoo.Autograd.Graph;
using Zoo.Keras;
using Zoo.Keras.Training;
using Zoo.Spark.Collective;
using Zoo.Spark.Local;

namespace Zoo.Spark.Training;

/// <summary>One Predict by the workers of a cluster: each computes its rows of a batch, shard by shard.</summary>
internal sealed class ClusterPrediction : IPredictingRun
{
    readonly Team team;
    readonly Action ended;
    readonly int outputs;
    readonly Model model;

    internal ClusterPrediction(ICluster cluster, ZooOptions options, Model model, Action ended)
    {
        (team, this.model, this.ended) = (new(cluster, options), model, ended);
        team.Renew();
        var program = model.InferenceProgram(new(Autograd.AutoGrad.ShapeOf(model.Inputs.Values[0])[0]));
        outputs = program.Fetches.Length;
        (int, NDArray)[] values = [.. program.Parameters().Select(p => (team.Numbers.Of(p), p.Value))];
        team.All(new Command.Set(values), "taking values");
        team.All(new Command.LoadProgram(0, program, model.InferenceEngine.Name), "preparing a prediction", starts: true);
    }

    public NDArray[] Predict(NDArray[] feeds, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var (order, rows) = (team.Order, (int)feeds[0].Shape[0]);
        var bounds = Slices.Bounds(rows, order.Shards);
        var (draw, parts) = (model.CountDraw(), new NDArray[order.Shards][]);
        for (var turn = 0; turn < order.Bounds[1]; turn++)   // the first worker has the most shards
        {
            var replies = team.All(rank => new Command.Run(0, Part(Shard(rank))), "predicting", starts: true);
            for (var rank = 0; rank < team.Size; rank++) parts[Shard(rank)] = replies[rank].Values;

            // a worker that has done all its shards does the last one again
            int Shard(int rank) => Math.Min(order.Bounds[rank] + turn, order.Bounds[rank + 1] - 1);
        }
        var filled = parts.Where((_, shard) => bounds[shard] < bounds[shard + 1]).DefaultIfEmpty(parts[0]).ToArray();
        return [.. Enumerable.Range(0, outputs).Select(i => Loops.Join([.. filled.Select(p => p[i])]))];

        // A shard without rows computes the first one, and nobody takes it.
        NDArray[] Part(int shard)
        {
            var (from, count) = bounds[shard] == bounds[shard + 1] ? (0, Math.Min(1, rows)) : (bounds[shard], bounds[shard + 1] - bounds[shard]);
            return [.. feeds.Select(f => f.Rows(from, count)), NDArray.Scalar(from, DType.Int64), NDArray.Scalar(rows, DType.Int64), NDArray.Scalar(draw, DType.Int64), NDArray.Scalar(0, DType.Int32)];
        }
    }

    public void Dispose() => ended();
}
