using System.Runtime.CompilerServices;
using Zoo.Keras.Training;

namespace Zoo.Keras;

public partial class Model
{
    /// <summary>Trains on arrays.</summary>
    /// <param name="x">Samples, axis 0 counts them: one array, several for several inputs, or a dictionary by the inputs' names.</param>
    /// <param name="y">Labels: the same for the outputs.</param>
    /// <param name="batchSize">Samples of one step; the last batch of an epoch may be smaller.</param>
    /// <param name="epochs">The epoch to end before, counted from 0: how often all samples are seen where initialEpoch is 0. By default 1, or, with an endTrigger, no limit.</param>
    /// <param name="verbose">0: silent, 1: a progress bar, 2: a line an epoch.</param>
    /// <param name="callbacks">What watches and steers training.</param>
    /// <param name="validationSplit">The part of the samples, at the end, that is not trained on but evaluated after each epoch.</param>
    /// <param name="validationData">(x, y) or (x, y, sampleWeight), evaluated after each epoch.</param>
    /// <param name="shuffle">Whether each epoch has an order of its own, which derives from the model's seed.</param>
    /// <param name="classWeight">Weights of the classes; 1 for those that are not named.</param>
    /// <param name="sampleWeight">Weights of the samples (or of their steps).</param>
    /// <param name="initialEpoch">The first epoch's number, to go on with an earlier run.</param>
    /// <param name="stepsPerEpoch">Batches of an epoch; by default all. The next epoch goes on where this one ended.</param>
    /// <param name="validationSteps">Batches of an evaluation; by default all.</param>
    /// <param name="validationBatchSize">Samples of a batch of the evaluation; by default batchSize.</param>
    /// <param name="validationFreq">After how many epochs is evaluated.</param>
    /// <param name="cancellationToken">Ends training between steps; the weights stay those of the last whole step.</param>
    /// <param name="trainer">Who makes the steps, such as a cluster; this process where it is null.</param>
    /// <param name="endTrigger">When training ends besides.</param>
    /// <returns>Losses and metrics of each epoch.</returns>
    /// <exception cref="InvalidOperationException">Compile was not called, or the model is being trained on another thread.</exception>
    /// <exception cref="ShapeException">The shapes do not fit the model.</exception>
    public History Fit(Arrays x, Arrays? y = null, int batchSize = 32, int? epochs = null, int verbose = 1, IEnumerable<Callback>? callbacks = null, double validationSplit = 0,
        ValidationData? validationData = null, bool shuffle = true, IReadOnlyDictionary<int, double>? classWeight = null, Arrays? sampleWeight = null, int initialEpoch = 0,
        int? stepsPerEpoch = null, int? validationSteps = null, int? validationBatchSize = null, int validationFreq = 1, CancellationToken cancellationToken = default, ITrainer? trainer = null, Trigger? endTrigger = null)
    {
        var with = Ready("Fit");
        return Alone("Fit", with, () =>
        {
            with.Prepare(x);
            var (feeds, steps) = with.Bind("Fit", new(x, y, sampleWeight), classWeight);
            BatchSource? validation = null;
            if (validationData is not null) validation = Validation(with, validationData, validationBatchSize ?? batchSize, cancellationToken);
            else if (validationSplit != 0)
            {
                var (rows, at) = ((int)feeds[0].Shape[0], (int)Math.Floor(feeds[0].Shape[0] * (1 - validationSplit)));
                if (at <= 0 || at >= rows) throw new ArgumentException($"Fit: a validationSplit of {validationSplit} of {rows} samples leaves {Math.Clamp(at, 0, rows)} to train on and {rows - Math.Clamp(at, 0, rows)} to evaluate. Expected a part between 0 and 1 that leaves both.");
                // classWeight is not for validation: the same rows are bound without it
                var (plain, plainSteps) = classWeight is null ? (feeds, steps) : with.Bind("Fit", new(x, y, sampleWeight));
                validation = new ArraySource(Array.ConvertAll(plain, f => f.Rows(at, rows - at)), plainSteps, validationBatchSize ?? batchSize);
                feeds = Array.ConvertAll(feeds, f => f.Rows(0, at));
            }
            ArraySource source = new(feeds, steps, batchSize, shuffle ? Seed : null);
            return new FitLoop(this, with, new(source, Epochs(epochs, endTrigger), initialEpoch, stepsPerEpoch, validation, validationSteps, validationFreq, verbose, With(callbacks), cancellationToken, endTrigger, trainer)).Run();
        });
    }

    /// <summary>Trains on batches that come from elsewhere: tuples (x, y) or (x, y, sampleWeight) of arrays, of lists or of dictionaries of arrays.</summary>
    /// <param name="batches">The batches; enumerated again for each epoch, or gone on with where stepsPerEpoch is given.</param>
    /// <param name="epochs">The epoch to end before; by default 1, or, with an endTrigger, no limit.</param>
    /// <param name="verbose">0: silent, 1: a progress bar, 2: a line an epoch.</param>
    /// <param name="callbacks">What watches and steers training.</param>
    /// <param name="validationData">Data that are evaluated after each epoch.</param>
    /// <param name="classWeight">Weights of the classes; 1 for those that are not named.</param>
    /// <param name="initialEpoch">The first epoch's number, to go on with an earlier run.</param>
    /// <param name="stepsPerEpoch">Batches of an epoch: needed where the sequence does not end.</param>
    /// <param name="validationSteps">Batches of an evaluation; by default all.</param>
    /// <param name="validationBatchSize">Samples of a batch of an evaluation of arrays.</param>
    /// <param name="validationFreq">After how many epochs is evaluated.</param>
    /// <param name="cancellationToken">Ends training between steps; the weights stay those of the last whole step.</param>
    /// <param name="trainer">Who makes the steps, such as a cluster; this process where it is null.</param>
    /// <param name="endTrigger">When training ends besides.</param>
    /// <returns>Losses and metrics of each epoch.</returns>
    [OverloadResolutionPriority(1)]   // an array of tuples is batches, not data
    public History Fit<TBatch>(IEnumerable<TBatch> batches, int? epochs = null, int verbose = 1, IEnumerable<Callback>? callbacks = null, ValidationData? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null, int initialEpoch = 0, int? stepsPerEpoch = null, int? validationSteps = null, int validationBatchSize = 32,
        int validationFreq = 1, CancellationToken cancellationToken = default, ITrainer? trainer = null, Trigger? endTrigger = null)
    {
        var with = Ready("Fit");
        return Alone("Fit", with, () =>
        {
            using var source = Stream(with, "Fit", StreamSource.Batches(batches, "Fit"), classWeight, cancellationToken);
            if (!IsBuilt && validationData?.Whole is { } whole) with.Prepare(whole.X);
            var validation = validationData is null ? null : IsBuilt ? Validation(with, validationData, validationBatchSize, cancellationToken) : Stream(with, "Fit", validationData.Parts!, null, cancellationToken);
            return new FitLoop(this, with, new(source, Epochs(epochs, endTrigger), initialEpoch, stepsPerEpoch, validation, validationSteps, validationFreq, verbose, With(callbacks), cancellationToken, endTrigger, trainer)).Run();
        });
    }

    /// <summary>Trains on arrays on a thread of its own; the arguments are those of <see cref="Fit(Arrays, Arrays, int, int?, int, IEnumerable{Callback}, double, ValidationData, bool, IReadOnlyDictionary{int, double}, Arrays, int, int?, int?, int?, int, CancellationToken, ITrainer, Trigger)"/>.</summary>
    public Task<History> FitAsync(Arrays x, Arrays? y = null, int batchSize = 32, int? epochs = null, int verbose = 1, IEnumerable<Callback>? callbacks = null, double validationSplit = 0,
        ValidationData? validationData = null, bool shuffle = true, IReadOnlyDictionary<int, double>? classWeight = null, Arrays? sampleWeight = null, int initialEpoch = 0,
        int? stepsPerEpoch = null, int? validationSteps = null, int? validationBatchSize = null, int validationFreq = 1, CancellationToken cancellationToken = default, ITrainer? trainer = null, Trigger? endTrigger = null) =>
        OwnThread(() => Fit(x, y, batchSize, epochs, verbose, callbacks, validationSplit, validationData, shuffle, classWeight, sampleWeight, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, cancellationToken, trainer, endTrigger), cancellationToken);

    /// <summary>Trains on batches on a thread of its own.</summary>
    [OverloadResolutionPriority(1)]   // an array of tuples is batches, not data
    public Task<History> FitAsync<TBatch>(IEnumerable<TBatch> batches, int? epochs = null, int verbose = 1, IEnumerable<Callback>? callbacks = null, ValidationData? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null, int initialEpoch = 0, int? stepsPerEpoch = null, int? validationSteps = null, int validationBatchSize = 32,
        int validationFreq = 1, CancellationToken cancellationToken = default, ITrainer? trainer = null, Trigger? endTrigger = null) =>
        OwnThread(() => Fit(batches, epochs, verbose, callbacks, validationData, classWeight, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, cancellationToken, trainer, endTrigger), cancellationToken);

    /// <summary>Trains on batches of an asynchronous sequence, on a thread of its own.</summary>
    public Task<History> FitAsync<TBatch>(IAsyncEnumerable<TBatch> batches, int? epochs = null, int verbose = 1, IEnumerable<Callback>? callbacks = null, ValidationData? validationData = null,
        IReadOnlyDictionary<int, double>? classWeight = null, int initialEpoch = 0, int? stepsPerEpoch = null, int? validationSteps = null, int validationBatchSize = 32,
        int validationFreq = 1, CancellationToken cancellationToken = default, ITrainer? trainer = null, Trigger? endTrigger = null) =>
        FitAsync(StreamSource.Blocking(batches, "Fit", cancellationToken), epochs, verbose, callbacks, validationData, classWeight, initialEpoch, stepsPerEpoch, validationSteps, validationBatchSize, validationFreq, cancellationToken, trainer, endTrigger);

    /// <summary>One training step on one batch. Losses and metrics go on counting: <see cref="ResetMetrics"/> sets them back.</summary>
    /// <returns>Loss and metrics, of all batches since the last reset.</returns>
    public Logs TrainOnBatch(Arrays x, Arrays? y = null, Arrays? sampleWeight = null, IReadOnlyDictionary<int, double>? classWeight = null) => OnBatch("TrainOnBatch", x, y, sampleWeight, classWeight, p => p.Train(guarded: false));

    /// <summary>Evaluates one batch. Losses and metrics go on counting: <see cref="ResetMetrics"/> sets them back.</summary>
    /// <returns>Loss and metrics, of all batches since the last reset.</returns>
    public Logs TestOnBatch(Arrays x, Arrays? y = null, Arrays? sampleWeight = null) => OnBatch("TestOnBatch", x, y, sampleWeight, null, p => p.Test);

    Logs OnBatch(string caller, Arrays x, Arrays? y, Arrays? sampleWeight, IReadOnlyDictionary<int, double>? classWeight, Func<StepPrograms, Autograd.Engine.ISession> step)
    {
        var with = Ready(caller);
        return Alone(caller, with, () =>
        {
            with.Prepare(x);
            var (feeds, programs) = with.Bind(caller, new(x, y, sampleWeight), classWeight);
            step(programs).Run(feeds, []);
            return with.Read();
        });
    }

    static int Epochs(int? epochs, Trigger? end) => epochs ?? (end is null ? 1 : int.MaxValue);

    static BatchSource Validation(Trainer with, ValidationData data, int batchSize, CancellationToken cancel)
    {
        if (data.Whole is not { } whole) return Stream(with, "Fit", data.Parts!, null, cancel);
        var (feeds, steps) = with.Bind("Fit: validationData", whole);
        return new ArraySource(feeds, steps, batchSize);
    }

    static StreamSource Stream(Trainer with, string caller, IEnumerable<Batch> batches, IReadOnlyDictionary<int, double>? classWeight, CancellationToken cancel) => new(batches, batch =>
    {
        with.Prepare(batch.X);
        return with.Bind(caller, batch, classWeight);
    }, cancel);

    static Task<T> OwnThread<T>(Func<T> run, CancellationToken cancel) => Task.Factory.StartNew(run, cancel, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
