using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Callbacks;

/// <summary>Callbacks that set the learning rate, write a file or call functions.</summary>
public class RateCallbackTests
{
    static Sequential Net(double rate)
    {
        Sequential net = [new Dense(1) { InputShape = [2] }];
        net.Compile(new SGD(rate), "mse");
        return net;
    }

    static readonly NDArray X = NDArray.From(new float[,] { { 1, 2 }, { 3, 1 } }), Y = NDArray.From(new float[,] { { 1 }, { 2 } });

    [Test]
    public void TheSchedulerSetsTheRateOfEachEpoch()
    {
        var history = Net(0.5).Fit(X, Y, epochs: 3, verbose: 0, callbacks: [new LearningRateScheduler((epoch, rate) => epoch == 0 ? rate : rate / 2)]);
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 0.5, 0.25, 0.125 }));
    }

    [Test]
    public void APlateauLowersTheRateAfterThePatienceAndRestsThen()
    {
        double[] losses = [5, 4, 4, 4, 4, 4, 4, 3];
        var plateau = new ReduceLROnPlateau("watched") { Factor = 0.5, Patience = 2, Cooldown = 2, MinLR = 0.2 };
        var history = Net(1).Fit(X, Y, epochs: losses.Length, verbose: 0, callbacks: [new LambdaCallback { EpochEnd = (epoch, logs) => logs["watched"] = losses[epoch] }, plateau]);
        // epochs 2 and 3 are not better: lowered after 3; the rest ends with 5, which counts again, so it is lowered after 6
        Assert.That(history["learning_rate"], Is.EqualTo(new[] { 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25 }));
        Assert.That(() => new ReduceLROnPlateau { Factor = 1 }, Throws.ArgumentException.With.Message.Contains("factor 1"));
    }

    [Test]
    public void TheFileHasALineForEachEpochAndGoesOn()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{Guid.NewGuid():N}.csv");
        try
        {
            Net(0).Fit(X, Y, epochs: 2, verbose: 0, callbacks: [new CSVLogger(path)]);
            Net(0).Fit(X, Y, epochs: 1, verbose: 0, callbacks: [new CSVLogger(path, append: true)]);
            var lines = File.ReadAllLines(path);
            Assert.That(lines, Has.Length.EqualTo(4));
            Assert.That(lines[0], Is.EqualTo("epoch,loss"));
            Assert.That(lines.Skip(1).Select(l => l.Split(',')[0]), Is.EqualTo(new[] { "0", "1", "0" }));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
