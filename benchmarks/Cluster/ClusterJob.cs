using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks.Cluster;

/// <summary>A net with data of so many samples a worker.</summary>
internal sealed record ClusterJob(string Name, int Batch, double Goal)
{
    internal static readonly ClusterJob[] All = [new("lenet", 128, 0.95), new("mlp", 128, 0.85), new("resnet50", 8, 0.95)];

    internal static ClusterJob Find(string name) => Array.Find(All, j => j.Name == name) ?? throw new ArgumentException($"benchmarks: there is no job '{name}'. Expected one of {string.Join(", ", All.Select(j => j.Name))}.");

    internal Model Model()
    {
        Model model = Name switch
        {
            "lenet" => new Sequential { new Conv2D(20, 5) { InputShape = [28, 28, 1] }, new MaxPooling2D(2), new Conv2D(50, 5), new MaxPooling2D(2), new Flatten(), new Dense(500, "relu"), new Dense(10, "softmax") },
            "mlp" => new Sequential { new Dense(512, "relu") { InputShape = [784] }, new Dense(512, "relu"), new Dense(10, "softmax") },
            _ => ResNet50.Make(224),
        };
        model.Compile(new Adam(), "sparse_categorical_crossentropy");
        return model;
    }

    internal (NDArray X, NDArray Y) Data(int samples)
    {
        var (shape, classes) = Name switch { "lenet" => (Shape.Create([samples, 28, 28, 1]), 10), "mlp" => (Shape.Create([samples, 784]), 10), _ => (Shape.Create([samples, 224, 224, 3]), 1000) };
        Random random = new(1);
        var x = NDArray.Zeros(shape);
        foreach (ref var value in x.AsSpan<float>()) value = random.NextSingle();
        return (x, NDArray.From([.. Enumerable.Range(0, samples).Select(_ => (long)random.Next(classes))], [samples]));
    }

    /// <summary>The median time of a step, in seconds.</summary>
    internal static double Step(Model model, (NDArray X, NDArray Y) data, int batch, int steps, ITrainer? trainer)
    {
        Clock clock = new();
        model.Fit(data.X, data.Y, batch, epochs: 1000, verbose: 0, callbacks: [clock], shuffle: false, trainer: trainer, endTrigger: new Steps(steps + Clock.Warm));
        return Ratio.Middle([.. clock.Times]);
    }

    sealed record Steps(int Count) : Trigger
    {
        public override bool Fires(TrainingProgress at) => at.RunIteration >= Count;
    }

    sealed class Clock : Callback
    {
        internal const int Warm = 4;   // the first makes the plan, the second its arena; those after it fetch again from the system what the heap then gave back
        long since;
        int seen;

        internal List<double> Times { get; } = [];

        public override void OnTrainBatchBegin(int batch, Logs logs) => since = System.Diagnostics.Stopwatch.GetTimestamp();

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            if (seen++ >= Warm) Times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalSeconds);
        }
    }
}
