using System.Globalization;
using System.Text;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Training;

/// <summary>A training run that is broken off and goes on: net, data, optimizer and callbacks follow from its number.</summary>
/// <param name="number">Its number.</param>
/// <param name="engine">The engine; null for the process' own.</param>
sealed class ResumeCase(int number, string? engine = null)
{
    const int Epochs = 4, Rows = 40, BatchSize = 8;

    static readonly string[] names = [.. typeof(Optimizer).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(Optimizer)) && !t.IsAbstract && t.IsPublic).Select(t => t.Name).Order(StringComparer.Ordinal)];

    /// <summary>The number of optimizers.</summary>
    internal static int Optimizers => names.Length;

    string Kind => names[number % names.Length];

    int Variant => number / names.Length;

    /// <inheritdoc/>
    public override string ToString() => $"{number} {Kind}{(Variant == 0 ? "" : Variant == 1 ? " averaged, of two steps" : " clipped, scheduled")}";

    /// <summary>Plain first, then with averages and accumulated gradients, then with clipping and a schedule.</summary>
    Optimizer Make() => (Optimizer)(Kind switch
    {
        nameof(LossScaleOptimizer) => new LossScaleOptimizer(new Adam(0.01) { UseEma = Variant == 1 }, 64, 5),
        nameof(MultiOptimizer) => new MultiOptimizer(new OptimizerMap(new Adam(0.01) { UseEma = Variant == 1 }, new() { ["head/.*"] = new SGD(0.05) { Momentum = 0.9 } })),
        _ => new KerasReader().Object(new() { ["module"] = "keras.optimizers", ["class_name"] = Kind, ["registered_name"] = $"zoo>{Kind}", ["config"] = Arguments() }, typeof(Optimizer), ToString()),
    });

    Dictionary<string, object?> Arguments() => Variant switch
    {
        0 => new() { ["learning_rate"] = 0.05 },
        1 => new() { ["learning_rate"] = 0.05, ["use_ema"] = true, ["ema_momentum"] = 0.8, ["ema_overwrite_frequency"] = 5L, ["gradient_accumulation_steps"] = Kind == "LBFGS" ? null : 2L, ["weight_decay"] = 0.01 },
        _ => new()
        {
            ["learning_rate"] = new Dictionary<string, object?>
            {
                ["module"] = "keras.optimizers.schedules",
                ["class_name"] = "ExponentialDecay",
                ["config"] = new Dictionary<string, object?> { ["initial_learning_rate"] = 0.05, ["decay_steps"] = 4L, ["decay_rate"] = 0.7 },
            },
            ["global_clipnorm"] = 0.5,
        },
    };

    bool HasAverages => Variant == 1 && Kind is not nameof(Zoo.Keras.ScheduleFreeAdamW);

    /// <summary>A new net in a new process' place trains, from the checkpoint if there is one; what it ends with as text.</summary>
    /// <param name="folder">Where the callbacks write.</param>
    /// <param name="keeper">Keeps checkpoints and goes on from them; null for none.</param>
    /// <param name="stops">Callbacks that break the run off.</param>
    /// <param name="cancel">Breaks it off too.</param>
    /// <param name="model">A model that was saved; null for a new one.</param>
    internal string Run(string folder, Callback? keeper, Callback[]? stops = null, CancellationToken cancel = default, string? model = null)
    {
        var net = model is null ? Net() : Model.Load(model);
        net.Seed = 11;
        var log = Path.Combine(folder, "log.csv");
        List<Callback> callbacks = [new CSVLogger(log), new EarlyStopping("val_loss") { Patience = 2, RestoreBestWeights = true }];
        if (Variant < 2 && Kind != nameof(MultiOptimizer)) callbacks.Add(new ReduceLROnPlateau("loss") { Patience = 1, MinDelta = 0.02, Factor = 0.7 });
        if (HasAverages) callbacks.Add(new SwapEMAWeights(number % 2 == 0));
        if (keeper is not null) callbacks.Insert(number % 2, keeper);
        callbacks.AddRange(stops ?? []);
        var (x, y) = (TrainerTests.Noise([Rows, 6], 3), TrainerTests.Noise([Rows, 1], 4));
        var history = number % 3 == 2
            ? net.Fit(Batches(x, y), epochs: Epochs, verbose: 0, callbacks: callbacks, validationData: (x.Rows(32, 8), y.Rows(32, 8)), stepsPerEpoch: number % 2 == 0 ? 4 : null, cancellationToken: cancel)
            : net.Fit(x, y, batchSize: BatchSize, epochs: Epochs, verbose: 0, callbacks: callbacks, validationSplit: 0.2, stepsPerEpoch: number % 3 == 1 ? 3 : null, cancellationToken: cancel);
        return Describe(net, history, log);
    }

    /// <summary>Batches that are enumerated again for each epoch; four of them, or, with steps given, seven.</summary>
    IEnumerable<(NDArray, NDArray)> Batches(NDArray x, NDArray y)
    {
        for (var i = 0; i < (number % 2 == 0 ? 7 : 4); i++) yield return (x.Rows(i % 4 * BatchSize, BatchSize), y.Rows(i % 4 * BatchSize, BatchSize));
    }

    Model Net()
    {
        var x = K.Input([6]);
        Model net = new(x, x >> new Dense(8, "tanh") { Name = "body" } >> new BatchNormalization() >> new Dropout(0.3) >> new Dense(1) { Name = "head" }) { Seed = 11 };
        net.Compile(Make(), "mse", ["mae"], engine: engine);
        return net;
    }

    static string Describe(Model net, History history, string log)
    {
        var text = new StringBuilder();
        foreach (var parameter in net.Weights.Concat(net.Optimizer!.Variables))
            text.AppendLine(CultureInfo.InvariantCulture, $"{parameter.Path} {Convert.ToHexString(parameter.Value.Bytes)}");
        foreach (var (name, values) in history.Values) text.AppendLine(CultureInfo.InvariantCulture, $"{name} {string.Join(' ', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}");
        return text.AppendLine(CultureInfo.InvariantCulture, $"epochs {string.Join(' ', history.Epochs)}").Append(File.ReadAllText(log)).ToString();
    }
}
