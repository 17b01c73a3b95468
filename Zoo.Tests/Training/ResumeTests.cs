using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Training;

/// <summary>
/// A run that was broken off at any step and is started again ends with the bits of one that was not: for every optimizer, with dropout, shuffling, statistics, metrics and
/// callbacks. <c>ZOO_FULL=1</c> tries all 50, <c>ZOO_SEED</c> repeats the steps of a run.
/// </summary>
public class ResumeTests
{
    const int All = 50, Killed = 137;

    static readonly int seed = int.TryParse(Environment.GetEnvironmentVariable("ZOO_SEED"), out var given) ? given : Environment.GetEnvironmentVariable("CI") == "true" ? 1 : Environment.TickCount & 0xffff;

    static bool IsFull => Environment.GetEnvironmentVariable("ZOO_FULL") == "1";

    /// <summary>Every optimizer once, and again with its options where all are tried; one of six in a process of its own that is killed.</summary>
    static IEnumerable<int> Numbers() => Enumerable.Range(0, IsFull ? All : ResumeCase.Optimizers);

    sealed class Stopped : Exception;

    /// <summary>Does something after so many steps.</summary>
    sealed class After(int steps, Action what) : Callback
    {
        internal int Made { get; private set; }

        public override void OnTrainBatchEnd(int batch, Logs logs)
        {
            if (++Made == steps) what();
        }
    }

    /// <summary>Every optimizer once.</summary>
    static IEnumerable<int> Optimizers() => Enumerable.Range(0, ResumeCase.Optimizers);

    [TestCaseSource(nameof(Numbers))]
    public void ABrokenRunGoesOn(int number) => GoesOn(number, null, "resume");

    [TestCaseSource(nameof(Optimizers)), Category("Engines")]
    public void ABrokenRunGoesOnOnTensorFlow(int number)
    {
        Engine.TensorFlow.TensorFlowLibrary.Require();
        GoesOn(number, "tensorflow", "resume on tensorflow");
    }

    static void GoesOn(int number, string? engine, string suite)
    {
        var (it, every) = (new ResumeCase(number, engine), number % 4 + 1);
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var expected = it.Run(folder, null);
            var backup = Path.Combine(folder, "backup");
            After whole = new(int.MaxValue, () => { });
            Assert.That(it.Run(folder, Backup(backup, every), [whole]), Is.EqualTo(expected), "saving changes the run");
            var step = new Random(unchecked(seed * 1009 + number)).Next(1, whole.Made + 1);
            TestContext.Out.WriteLine($"{it}: stopped after step {step} of {whole.Made}, saved every {(every == 4 ? "epoch" : $"{every} steps")}, seed {seed}");
            Assert.That(Directory.Exists(backup), Is.False, "the checkpoint of a run that has ended");
            if (number % 6 == 5) Kill(number, folder, backup, step, every, engine);
            else Stop(it, folder, backup, step, every, number % 6);
            Assert.That(Directory.GetFiles(backup).Length, Is.LessThanOrEqualTo(2));
            Assert.That(it.Run(folder, Backup(backup, every)), Is.EqualTo(expected));
        }
        finally { Directory.Delete(folder, recursive: true); }
        Report.Add(suite, it.ToString(), 1, 1);
    }

    [TestCaseSource(nameof(Optimizers))]
    public void ASavedModelGoesOnInMidEpoch(int number)
    {
        var (it, every) = (new ResumeCase(number), number % 4 + 1);
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var expected = it.Run(folder, null);
            var path = Path.Combine(folder, "saved", "model.keras");
            ModelCheckpoint Keeper() => new(path) { SaveFreq = every == 4 ? "epoch" : every, ResumeFrom = path };
            After whole = new(int.MaxValue, () => { });
            Assert.That(it.Run(folder, Keeper(), [whole]), Is.EqualTo(expected), "saving changes the run");
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
            var step = new Random(unchecked(seed * 2003 + number)).Next(1, whole.Made + 1);
            TestContext.Out.WriteLine($"{it}: stopped after step {step} of {whole.Made}, saved every {(every == 4 ? "epoch" : $"{every} steps")}, seed {seed}");
            Assert.Throws<Stopped>(() => it.Run(folder, Keeper(), [new After(step, () => throw new Stopped())]));
            Assert.That(it.Run(folder, Keeper(), model: File.Exists(path) && number % 2 == 0 ? path : null), Is.EqualTo(expected));
            Assert.That(Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName), Is.EquivalentTo(new[] { "model.keras", "model.run.safetensors" }));
        }
        finally { Directory.Delete(folder, recursive: true); }
        Report.Add("resume from a saved model", it.ToString(), 1, 1);
    }

    [Test]
    public void AModelWithoutItsRunIsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var path = Path.Combine(folder, "model.keras");
            ModelCheckpoint Keeper() => new(path) { SaveFreq = 1, ResumeFrom = path };
            var half = Path.Combine(folder, "model.run.safetensors");
            new ResumeCase(0).Run(folder, Keeper());
            File.Delete(half);
            Assert.That(() => new ResumeCase(0).Run(folder, Keeper()), Throws.InstanceOf<ModelFileException>().With.Message.Contains("model.run.safetensors"));
            File.Delete(path);
            File.Delete(half);
            Assert.That(() => new ResumeCase(0).Run(folder, Keeper(), [new After(1, () => throw new Stopped())]), Throws.TypeOf<Stopped>());
            Assert.That(File.Exists(path) || File.Exists(half), Is.False, "both are written when all callbacks have seen the step");
            Assert.That(new ResumeCase(0).Run(folder, Keeper()), Is.EqualTo(new ResumeCase(0).Run(folder, null)));
            Assert.That(() => new ResumeCase(0).Run(folder, new ModelCheckpoint(path) { ResumeFrom = "a.weights.h5" }), Throws.ArgumentException.With.Message.Contains("weights alone"));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    static BackupAndRestore Backup(string folder, int every) => new(folder) { SaveFreq = every == 4 ? "epoch" : every };

    static void Stop(ResumeCase it, string folder, string backup, int step, int every, int how)
    {
        Directory.CreateDirectory(backup);   // a stop before the first checkpoint leaves none
        if (how % 2 == 0) Assert.Throws<Stopped>(() => it.Run(folder, Backup(backup, every), [new After(step, () => throw new Stopped())]));
        else
        {
            using var cancel = new CancellationTokenSource();
            Assert.That(() => it.Run(folder, Backup(backup, every), [new After(step, cancel.Cancel)], cancel.Token), Throws.InstanceOf<OperationCanceledException>());
        }
    }

    static void Kill(int number, string folder, string backup, int step, int every, string? engine)
    {
        Directory.CreateDirectory(backup);
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(ResumeTests).Assembly.Location, "train", $"{number}", folder, backup, $"{step}", $"{every}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (engine is not null) start.Environment["ZOO_ENGINE"] = engine;
        using var child = Process.Start(start)!;
        var errors = child.StandardError.ReadToEndAsync();
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.That(child.ExitCode, Is.EqualTo(Killed), output + errors.Result);
    }

    /// <summary>In a process of its own: killed by SIGKILL after a step, or, with an odd one, as soon as a later save has begun to write its file.</summary>
    internal static int TrainInChild(string number, string folder, string backup, string step, string every)
    {
        var at = int.Parse(step, CultureInfo.InvariantCulture);
        new ResumeCase(int.Parse(number, CultureInfo.InvariantCulture)).Run(folder, Backup(backup, int.Parse(every, CultureInfo.InvariantCulture)), [new After(at, () =>
        {
            if (at % 2 == 0) Process.GetCurrentProcess().Kill();
            new Thread(() =>
            {
                while (Directory.GetFiles(backup, ".*.tmp").Length == 0) Thread.Yield();
                Process.GetCurrentProcess().Kill();
            }) { IsBackground = true }.Start();
        })]);
        Process.GetCurrentProcess().Kill();   // no save followed
        return 0;
    }

    [Test]
    public void AKillWhileSavingLeavesTheCheckpointBefore()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var half = Path.Combine(folder, ".latest.safetensors.0.tmp");
            new ResumeCase(0).Run(folder, new BackupAndRestore(folder) { DeleteCheckpoint = false });
            var whole = File.ReadAllBytes(Path.Combine(folder, "latest.safetensors"));
            File.WriteAllBytes(half, whole[..(whole.Length / 2)]);
            new ResumeCase(0).Run(folder, new BackupAndRestore(folder) { DeleteCheckpoint = false });
            Assert.That(File.Exists(half), Is.False);
            Assert.That(File.ReadAllBytes(Path.Combine(folder, "latest.safetensors")), Is.EqualTo(whole), "a run that had ended has nothing to do");
            File.WriteAllBytes(Path.Combine(folder, "latest.safetensors"), whole[..^1]);
            Assert.That(() => new ResumeCase(0).Run(folder, new BackupAndRestore(folder)), Throws.InstanceOf<ModelFileException>().With.Message.Contains("latest.safetensors"));
            File.WriteAllBytes(Path.Combine(folder, "latest.safetensors.bkp"), whole);
            Assert.That(() => new ResumeCase(0).Run(folder, new BackupAndRestore(folder) { DoubleCheckpoint = true }), Throws.Nothing);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Test]
    public void ACheckpointOfAnotherRunIsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            BackupAndRestore backup = new(folder) { SaveFreq = 1, DeleteCheckpoint = false };
            var (x, y) = (TrainerTests.Noise([16, 4], 1), TrainerTests.Noise([16, 1], 2));
            Model Net(int units = 3)
            {
                Sequential net = [new Dense(units) { InputShape = [4] }, new Dense(1)];
                net.Compile("adam", "mse");
                return net;
            }
            Assert.Throws<Stopped>(() => Net().Fit(x, y, batchSize: 4, verbose: 0, callbacks: [backup, new LambdaCallback { EpochEnd = (_, _) => throw new Stopped() }]));
            Assert.That(() => Net(5).Fit(x, y, batchSize: 4, verbose: 0, callbacks: [backup]), Throws.InstanceOf<ModelFileException>().With.Message.Contains("kernel").And.Message.Contains("begin anew"));
            var other = Net();
            var before = other.Weights[0].Value.ToArray<float>();
            Assert.That(() => other.Fit(y.Rows(0, 16).Reshape([4, 4]), y.Rows(0, 4), batchSize: 1, verbose: 0, callbacks: [backup]), Throws.InvalidOperationException.With.Message.Contains("same data"));
            Assert.That(other.Weights[0].Value.ToArray<float>(), Is.EqualTo(before), "nothing was set");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Test]
    public void AStreamThatCannotBeOpenedAgainIsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var source = Enumerable.Range(0, 8).Select(i => (TrainerTests.Noise([4, 4], i), TrainerTests.Noise([4, 1], i))).GetEnumerator();
            IEnumerable<(NDArray, NDArray)> Once()
            {
                while (source.MoveNext()) yield return source.Current;
            }
            Sequential net = [new Dense(1) { InputShape = [4] }];
            net.Compile("sgd", "mse");
            Assert.That(() => net.Fit(Once(), epochs: 1, verbose: 0, callbacks: [new BackupAndRestore(folder)]), Throws.InvalidOperationException.With.Message.Contains("cannot be enumerated again"));
            var random = new Random();
            var shuffled = Enumerable.Range(0, 8).Select(_ => (TrainerTests.Noise([4, 4], random.Next()), TrainerTests.Noise([4, 1], 0)));
            Assert.That(() => net.Fit(shuffled, epochs: 1, verbose: 0, callbacks: [new BackupAndRestore(folder)]), Throws.InvalidOperationException.With.Message.Contains("a seed"));
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Test]
    public void WorkersGoOnToo()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            using var zoo = Zoo.Spark.ZooContext.Start("local[2]");
            var (x, y) = (TrainerTests.Noise([24, 4], 1), TrainerTests.Noise([24, 1], 2));
            (Model Net, History History) Run(params Callback[] callbacks)
            {
                Sequential net = [new Dense(5, "tanh") { InputShape = [4] }, new Dropout(0.3), new Dense(1)];
                net.Seed = 3;
                net.Compile(new Adam(0.05), "mse", ["mae"]);
                return (net, net.Fit(x, y, batchSize: 6, epochs: 3, verbose: 0, callbacks: callbacks, trainer: zoo));
            }
            var (whole, history) = Run();
            Assert.Throws<Stopped>(() => Run(new BackupAndRestore(Path.Combine(folder, "backup")) { SaveFreq = 2 }, new After(7, () => throw new Stopped())));
            var (again, other) = Run(new BackupAndRestore(Path.Combine(folder, "backup")) { SaveFreq = 2 });
            foreach (var (a, b) in whole.Weights.Concat(whole.Optimizer!.Variables).Zip(again.Weights.Concat(again.Optimizer!.Variables))) Assert.That(b.Value.Bytes.ToArray(), Is.EqualTo(a.Value.Bytes.ToArray()), a.Path);
            Assert.That(other["loss"], Is.EqualTo(history["loss"]).Within(1e-6), "sums of workers are added up in another order");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    [Test]
    public void ASavedModelGoesOnFromTheEndOfAnEpoch()
    {
        var folder = Directory.CreateTempSubdirectory("zoo").FullName;
        try
        {
            var (x, y) = (TrainerTests.Noise([24, 4], 1), TrainerTests.Noise([24, 1], 2));
            var path = Path.Combine(folder, "model.keras");
            Sequential net = [new Dense(5, "tanh") { InputShape = [4] }, new Dropout(0.4), new Dense(1)];
            net.Seed = 5;
            net.Compile(new Adam(0.01) { GradientAccumulationSteps = 2, UseEma = true }, "mse");
            net.Fit(x, y, batchSize: 5, epochs: 4, verbose: 0, callbacks: [new ModelCheckpoint(Path.Combine(folder, "{epoch}.keras"))]);
            var again = Model.Load(Path.Combine(folder, "2.keras"));
            again.Seed = 5;
            again.Fit(x, y, batchSize: 5, epochs: 4, initialEpoch: 2, verbose: 0);
            foreach (var (a, b) in net.Weights.Concat(net.Optimizer!.Variables).Zip(again.Weights.Concat(again.Optimizer!.Variables))) Assert.That(b.Value.Bytes.ToArray(), Is.EqualTo(a.Value.Bytes.ToArray()), a.Path);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }
}
