using System.Runtime.CompilerServices;
using Zoo.Autograd.Engine;
using Zoo.Keras.Training;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

public partial class Model
{
    readonly Lock inferring = new();
    readonly Parameter draws = new("draws", [], DType.Int64, () => NDArray.Scalar(0, DType.Int64), trainable: false);
    (IEngine Engine, ISession Session)? inference;

    /// <summary>Loss and metrics on arrays, without training.</summary>
    /// <param name="x">Samples, axis 0 counts them.</param>
    /// <param name="y">Labels.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="verbose">0: silent, 1: a progress bar, 2: a line.</param>
    /// <param name="sampleWeight">Weights of the samples.</param>
    /// <param name="steps">Batches; by default all.</param>
    /// <param name="callbacks">What watches.</param>
    /// <param name="cancellationToken">Ends between batches.</param>
    /// <param name="trainer">Who computes, such as a cluster; this process where it is null.</param>
    /// <returns>Loss and metrics by name; <c>var (loss, accuracy) = …</c> takes the first two.</returns>
    public Logs Evaluate(Arrays x, Arrays? y = null, int batchSize = 32, int verbose = 0, Arrays? sampleWeight = null, int? steps = null, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default, ITrainer? trainer = null)
    {
        var with = Ready("Evaluate");
        return Alone("Evaluate", with, () =>
        {
            with.Prepare(x);
            var (feeds, programs) = with.Bind("Evaluate", new(x, y, sampleWeight));
            return Evaluate(with, new ArraySource(feeds, programs, batchSize), verbose, steps, callbacks, cancellationToken, trainer);
        });
    }

    /// <summary>Loss and metrics on batches (x, y) or (x, y, sampleWeight), without training.</summary>
    [OverloadResolutionPriority(1)]   // an array of tuples is batches, not data
    public Logs Evaluate<TBatch>(IEnumerable<TBatch> batches, int verbose = 0, int? steps = null, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default, ITrainer? trainer = null)
    {
        var with = Ready("Evaluate");
        return Alone("Evaluate", with, () =>
        {
            using var source = Stream(with, "Evaluate", StreamSource.Batches(batches, "Evaluate"), null, cancellationToken);
            return Evaluate(with, source, verbose, steps, callbacks, cancellationToken, trainer);
        });
    }

    Logs Evaluate(Trainer with, BatchSource source, int verbose, int? steps, IEnumerable<Callback>? callbacks, CancellationToken cancel, ITrainer? by)
    {
        using var run = Loops.Begin(by, this, with, guarded: false);
        return Loops.Evaluate(run, source, steps, Loops.With(this, callbacks, verbose, new(1, steps ?? source.Steps, source.BatchSize, verbose, false)), cancel);
    }

    /// <summary>The output for samples, of a model with one output.</summary>
    /// <param name="x">Samples, axis 0 counts them.</param>
    /// <param name="batchSize">Samples that are computed at once.</param>
    /// <param name="verbose">0: silent, 1: a progress bar, 2: a line.</param>
    /// <param name="steps">Batches; by default all.</param>
    /// <param name="callbacks">What watches.</param>
    /// <param name="cancellationToken">Ends between batches.</param>
    /// <param name="trainer">Who computes, such as a cluster; this process where it is null.</param>
    /// <exception cref="InvalidOperationException">The model has several outputs.</exception>
    public NDArray Predict(Arrays x, int batchSize = 32, int verbose = 0, int? steps = null, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default, ITrainer? trainer = null) =>
        Only(PredictMany(x, batchSize, verbose, steps, callbacks, cancellationToken, trainer));

    /// <summary>Whether all inputs have fixed sizes along axis 0 too: they come whole, and need not have equal ones.</summary>
    internal bool TakesOneBatch => Inputs.Values.All(i => i.Shape.HasRank && i.Shape.Rank > 0 && i.Shape[0] >= 0);

    /// <summary>The outputs for samples, in the model's order, or by name where the model was made with names.</summary>
    public Arrays PredictMany(Arrays x, int batchSize = 32, int verbose = 0, int? steps = null, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default, ITrainer? trainer = null)
    {
        Build(x);
        return Predict(new ArraySource(Binding.Inputs("Predict", this, x), null, TakesOneBatch ? int.MaxValue : batchSize), verbose, steps, callbacks, cancellationToken, trainer);
    }

    /// <summary>The outputs for batches of samples: arrays, lists or dictionaries of arrays, or tuples of which the first counts.</summary>
    public Arrays PredictBatches<TBatch>(IEnumerable<TBatch> batches, int verbose = 0, int? steps = null, IEnumerable<Callback>? callbacks = null, CancellationToken cancellationToken = default, ITrainer? trainer = null)
    {
        using var source = new StreamSource(StreamSource.Batches(batches, "Predict"), batch =>
        {
            Build(batch.X);
            return (Binding.Inputs("Predict", this, batch.X), null);
        }, cancellationToken);
        return Predict(source, verbose, steps, callbacks, cancellationToken, trainer);
    }

    /// <summary>The output for one batch, of a model with one output.</summary>
    public NDArray PredictOnBatch(Arrays x) => Predict(x, batchSize: int.MaxValue);

    Arrays Predict(BatchSource source, int verbose, int? steps, IEnumerable<Callback>? callbacks, CancellationToken cancel, ITrainer? by)
    {
        source.Begin(0);
        if (!IsBuilt) source.Next(cancel);
        var list = Loops.With(this, callbacks, verbose, new(1, steps ?? source.Steps, source.BatchSize, verbose, false));
        using var run = by?.BeginPredict(this);
        var session = run is null ? Inference() : null;
        return Arrays.Create(Loops.Predict(run is null ? Compute : run.Predict, Outputs.Values.Length, source, steps, list, cancel), Outputs.Keys);

        NDArray[] Compute(NDArray[] feeds, CancellationToken token)
        {
            var fetched = new NDArray?[Outputs.Values.Length];
            session!.Run(feeds, fetched, token);
            return fetched!;
        }
    }

    /// <summary>The outputs from the inputs; stateful layers move on.</summary>
    /// <param name="part">Where the samples lie in a larger batch; its inputs then follow the model's.</param>
    internal Autograd.Graph.Program InferenceProgram(BatchPart? part = null)
    {
        var lowered = Lower(training: false, part?.Draw ?? draws.Variable, part);
        return Drawing(new() { Name = "predict", Feeds = [.. Inputs, .. part?.Known ?? []], Fetches = lowered.Outputs, Updates = lowered.Updates });
    }

    /// <summary>The number of batches that were computed outside training: what random layers draw from that are not still there (<c>Apply(x, training: true)</c>).</summary>
    internal Variable Draws => draws.Variable;

    /// <summary>Counts one more batch, that others compute.</summary>
    internal long CountDraw()
    {
        var now = (long)draws.Value.ToNumber();
        draws.Value = NDArray.Scalar(now + 1, DType.Int64);
        return now;
    }

    /// <summary>The program, which counts its runs where it draws random numbers.</summary>
    internal Autograd.Graph.Program Drawing(Autograd.Graph.Program program) =>
        program.Parameters().Contains(draws) ? new() { Name = program.Name, Feeds = program.Feeds, Fetches = program.Fetches, Updates = [.. program.Updates, (draws, draws.Variable + 1)] } : program;

    internal IEngine InferenceEngine => trainer?.Engine ?? Engines.Default;

    void Build(Arrays x) => EnsureBuilt([.. x.Select(a => (a.Shape.Rank > 0 ? a.Shape[1..] : a.Shape, a.DType))]);

    ISession Inference()
    {
        var engine = InferenceEngine;
        lock (inferring)
        {
            if (inference is { } ready && ReferenceEquals(ready.Engine, engine)) return ready.Session;
            InitializeWeights();
            var session = engine.Compile(InferenceProgram());
            inference = (engine, session);
            return session;
        }
    }

    static NDArray Only(Arrays all) => all.Count == 1 ? all[0]
        : throw new InvalidOperationException($"Predict: the model has {all.Count} outputs. Expected one. Call PredictMany, which gives all of them.");
}
