using System.Globalization;
using NUnit.Framework;
using Spectre.Console;
using Zoo.Keras;

namespace Zoo.Tests.Callbacks;

internal sealed class ProgressBarTests
{
    StringWriter output = null!;
    Clock clock = null!;

    [SetUp]
    public void Begin() => (output, clock) = (new(), new());

    IAnsiConsole Terminal(int width) => AnsiConsole.Create(new()
    {
        Ansi = AnsiSupport.Yes,
        Interactive = InteractionSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Out = new Screen(output, width),
        Enrichment = new() { UseDefaultEnrichers = false },
    });

    IAnsiConsole Redirected() => AnsiConsole.Create(new() { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });

    /// <summary>Two epochs of 20 steps of 32 samples, 50 ms each; validation takes a second.</summary>
    void Run(IAnsiConsole console, int verbose, int? steps = 20, int? batchSize = 32, string metric = "accuracy")
    {
        var asked = 0;
        var bar = new ProgressBar(console, clock);
        bar.Enter(null!, new(2, steps, batchSize, verbose, true));
        bar.OnTrainBegin(new());
        for (var epoch = 0; epoch < 2; epoch++)
        {
            bar.OnEpochBegin(epoch, new());
            var logs = new Logs(l =>
            {
                asked++;
                l["loss"] = .5;
                l[metric] = .00012;
            });
            for (var batch = 0; batch < 20; batch++)
            {
                bar.OnTrainBatchBegin(batch, new());
                clock.Add(.05);
                logs.Renew();
                bar.OnTrainBatchEnd(batch, logs);
            }
            bar.OnTestBegin(new());
            clock.Add(1);
            bar.OnTestBatchEnd(0, new());
            bar.OnTestEnd(new());
            bar.OnEpochEnd(epoch, new() { ["loss"] = .25, [metric] = .9, ["val_loss"] = 1234.5 });
        }
        bar.OnTrainEnd(new());
        Assert.That(asked, Is.LessThanOrEqualTo(verbose == 1 ? 20 : 0), "values are read ten times a second, not at each step");
    }

    string[] Lines => output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [TestCase(1), TestCase(2)]
    public void RedirectedOutputIsALineAnEpoch(int verbose)
    {
        Run(Redirected(), verbose);
        Assert.That(Lines, Is.EqualTo(new[]
        {
            "epoch 1/2  20 steps  2.0 s  640 samples/s  loss 0.2500  accuracy 0.9000  val_loss 1234.5000",
            "epoch 2/2  20 steps  2.0 s  640 samples/s  loss 0.2500  accuracy 0.9000  val_loss 1234.5000",
        }));
    }

    [Test]
    public void SilenceIsSilent()
    {
        Run(Terminal(80), 0);
        Assert.That(output.ToString(), Is.Empty);
    }

    [Test]
    public void VerboseTwoIsPlainOnATerminalToo()
    {
        Run(Terminal(80), 2);
        Assert.That(Lines, Has.Length.EqualTo(2));
        Assert.That(output.ToString(), Does.Not.Contain("\u001b"));
    }

    [Test]
    public void ATerminalShowsTheBarAndTheTimeLeft()
    {
        Run(Terminal(120), 1);
        var text = output.ToString();
        Assert.That(text, Does.Contain("━").And.Contain("10/20  loss 0.5000  accuracy 1.20e-04  640 samples/s  0:00 left"));
        Assert.That(text.Split("\u001b[2K"), Has.Length.LessThanOrEqualTo(23), "ten drawings a second at most");
        Assert.That(Lines, Has.Length.EqualTo(2), "the drawn line is one line");
        Assert.That(Lines[1], Does.EndWith("epoch 2/2  20 steps  2.0 s  640 samples/s  loss 0.2500  accuracy 0.9000  val_loss 1234.5000"));
    }

    [Test]
    public void NoWidthBreaksIt([Values(0, 1, 2, 10, 20, 21, 40, 80, 200)] int width)
    {
        Run(Terminal(width), 1, metric: "a [red]metric[/] of a long name");
        Assert.That(Lines, Has.Length.EqualTo(2));
        foreach (var drawn in output.ToString().Split('\n')[0].Split("\u001b[2K")[..^1])
            Assert.That(Plain().Replace(drawn, "").TrimEnd('\r'), Has.Length.LessThan(Math.Max(width, 1)));
    }

    static System.Text.RegularExpressions.Regex Plain() => new("\u001b\\[[0-9;]*m");

    [Test]
    public void DataOfUnknownLengthHasStepsOnly()
    {
        Run(Terminal(80), 1, steps: null, batchSize: null);
        Assert.That(output.ToString(), Does.Contain("20 steps/s").And.Not.Contain("left").And.Not.Contain("━"));
    }

    [Test]
    public void EvaluateAndPredictHaveALineToo()
    {
        var bar = new ProgressBar(Redirected(), clock);
        bar.Enter(null!, new(1, 2, 10, 1, false));
        bar.OnTestBegin(new());
        clock.Add(.5);
        bar.OnTestBatchEnd(0, new());
        bar.OnTestBatchEnd(1, new());
        bar.OnTestEnd(new() { ["loss"] = double.NaN });
        bar.OnPredictBegin(new());
        clock.Add(61);
        bar.OnPredictBatchEnd(0, new());
        bar.OnPredictEnd(new());
        Assert.That(Lines, Is.EqualTo(new[] { "evaluate  2 steps  0.5 s  40 samples/s  loss NaN", "predict  1 step  61.0 s  0 samples/s" }));
    }

    [Test]
    public void NumbersAreWrittenTheSameEverywhere()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            // the tests run without cultures' data, so a culture is made by hand
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = new() { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            Assert.That(ProgressLine.Number(-1.5), Is.EqualTo("-1.5000"));
            Assert.That(ProgressLine.Number(-1.5e-7), Is.EqualTo("-1.50e-07"));
            Assert.That(ProgressLine.Number(0), Is.EqualTo("0.0000"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.That(ProgressLine.Duration(TimeSpan.FromSeconds(3725)), Is.EqualTo("1:02:05"));
        Assert.That(ProgressLine.Duration(TimeSpan.FromSeconds(65)), Is.EqualTo("1:05"));
    }

    sealed class Screen(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;
        public bool IsTerminal => true;
        public int Width => width;
        public int Height => 0;
        public void SetEncoding(System.Text.Encoding encoding) { }
    }

    sealed class Clock : TimeProvider
    {
        long now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override long GetTimestamp() => now;
        public void Add(double seconds) => now += (long)(seconds * TimestampFrequency);
    }
}
