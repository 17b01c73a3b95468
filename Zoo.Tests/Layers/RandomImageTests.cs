using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>The random layers of pictures in training: what they do to all, what they do on average, and that nothing happens otherwise.</summary>
public class RandomImageTests
{
    const int Count = 400;

    /// <summary>The results for many pictures in training; with the values of pictures of height and width 6 and three channels.</summary>
    static (double[,,,] From, double[,,,] To) Run(Layer layer, int height = 6, int width = 6)
    {
        var random = new Random(5);
        var x = NDArray.Zeros([Count, 6, 6, 3], DType.Float32);
        for (var i = 0; i < x.Count; i++) x.SetNumber(i, random.Next(256));
        var input = Input([6, 6, 3]);
        var y = new Model(input, layer.Apply(input, training: true)).Predict(x, batchSize: Count);
        Assert.That(y.Shape, Is.EqualTo(Shape.Create([Count, height, width, 3])));
        return (Cube(x), Cube(y));
    }

    static double[,,,] Cube(NDArray x)
    {
        var cube = new double[x.Shape[0], x.Shape[1], x.Shape[2], 3];
        var next = 0;
        for (var b = 0; b < cube.GetLength(0); b++)
            for (var h = 0; h < cube.GetLength(1); h++)
                for (var w = 0; w < cube.GetLength(2); w++)
                    for (var c = 0; c < 3; c++) cube[b, h, w, c] = x.Number(next++);
        return cube;
    }

    /// <summary>The share of pictures for which something holds.</summary>
    static double Share(Func<int, bool> holds) => Enumerable.Range(0, Count).Count(holds) / (double)Count;

    static bool All(Func<int, int, int, bool> holds, int height = 6, int width = 6) =>
        Enumerable.Range(0, height).All(h => Enumerable.Range(0, width).All(w => Enumerable.Range(0, 3).All(c => holds(h, w, c))));

    [Test]
    public void FlipsMirrorHalfOfThePictures()
    {
        var (x, y) = Run(new RandomFlip("horizontal"));
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == x[b, h, 5 - w, c])), Is.EqualTo(0.5).Within(0.1));
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == x[b, h, w, c])), Is.EqualTo(0.5).Within(0.1));
    }

    [Test]
    public void BrightnessAddsOneNumberToAPicture()
    {
        var (x, y) = Run(new RandomBrightness((0.1, 0.3)));
        var shifts = Enumerable.Range(0, Count).Select(b => (from h in Enumerable.Range(0, 6) from w in Enumerable.Range(0, 6) where y[b, h, w, 0] < 255 select y[b, h, w, 0] - x[b, h, w, 0]).ToArray()).ToArray();
        Assert.That(shifts.All(s => s.Max() - s.Min() < 1e-3 && s[0] is >= 25.4 and <= 76.6), Is.True);
        Assert.That(shifts.Average(s => s[0]), Is.EqualTo(51).Within(3));
    }

    [Test]
    public void InvertsWithTheProbability()
    {
        var (x, y) = Run(new RandomInvert((0.3, 0.3)));
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == 255 - x[b, h, w, c])), Is.EqualTo(0.3).Within(0.08));
    }

    [Test]
    public void TranslationsMoveByTheShareAndAQuarterTurnIsOne()
    {
        var (x, y) = Run(new RandomTranslation((0.5, 0.5), 0.0) { FillMode = "wrap", Interpolation = "nearest" });
        Assert.That(Share(b => All((h, w, c) => h < 3 || y[b, h, w, c] == x[b, h - 3, w, c])), Is.EqualTo(1));
        (x, y) = Run(new RandomRotation((0.25, 0.25)) { Interpolation = "nearest" });
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == x[b, w, 5 - h, c])), Is.EqualTo(1));
    }

    [Test]
    public void ZoomByZeroAndPerspectiveOfNothingChangeNothing()
    {
        foreach (var layer in new Layer[] { new RandomZoom(0.0), new RandomShear(0.0, 0.0), new RandomPerspective(1.0) { Scale = 0 }, new RandomContrast(0.0), new RandomSharpness((0.5, 0.5)), new RandomHue(0.0), new RandomPosterization((8, 8)), new RandomElasticTransform(0.0) })
        {
            var (x, y) = Run(layer);
            Assert.That(Share(b => All((h, w, c) => Math.Abs(y[b, h, w, c] - x[b, h, w, c]) < 0.05)), Is.EqualTo(1), layer.GetType().Name);
        }
    }

    [Test]
    public void PerspectiveKeepsTheFirstCornerAndMovesTheOthers()
    {
        var (x, y) = Run(new RandomPerspective((1, 1)) { Scale = 0.5, Interpolation = "nearest" });
        Assert.That(Share(b => y[b, 0, 0, 0] == x[b, 0, 0, 0]), Is.GreaterThan(0.95));
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == x[b, h, w, c])), Is.LessThan(0.1));
    }

    [Test]
    public void CropsAreParts()
    {
        var (x, y) = Run(new RandomCrop(4, 3), 4, 3);
        var places = Enumerable.Range(0, Count).Select(b => (from t in Enumerable.Range(0, 3) from l in Enumerable.Range(0, 4) where All((h, w, c) => y[b, h, w, c] == x[b, h + t, w + l, c], 4, 3) select t * 4 + l).First()).ToArray();
        Assert.That(places.Distinct().Count(), Is.EqualTo(12));
    }

    [Test]
    public void ErasingAndCutMixChangeARectangle()
    {
        var (x, y) = Run(new RandomErasing((1, 1)) { Scale = (0.25, 0.25), FillValue = -0.0 });
        var changed = (from b in Enumerable.Range(0, Count) from h in Enumerable.Range(0, 6) from w in Enumerable.Range(0, 6) where y[b, h, w, 0] == 0 && x[b, h, w, 0] != 0 select 1).Count();
        Assert.That(changed / (36.0 * Count), Is.EqualTo(0.25).Within(0.05));
        (x, y) = Run(new CutMix((1, 1)));
        Assert.That(Share(b => All((h, w, c) => y[b, h, w, c] == x[b, h, w, c])), Is.LessThan(0.5));
    }

    [Test]
    public void MixUpBlendsWithSharesOfTheBetaDistribution()
    {
        var (x, y) = Run(new MixUp(0.5));
        // of Beta(a, a) the mean is 1/2: the mean of all stays, the variance shrinks to E[s² + (1 − s)²] = 1 − 2(1/4 − Var) with Var = 1/(4(2a + 1))
        double Variance(double[,,,] v) => v.Cast<double>().Average(p => p * p) - Math.Pow(v.Cast<double>().Average(), 2);
        Assert.That(y.Cast<double>().Average(), Is.EqualTo(x.Cast<double>().Average()).Within(2));
        Assert.That(Variance(y) / Variance(x), Is.EqualTo(0.75).Within(0.06));
    }

    [Test]
    public void ColoursStayWithinTheirRangeAndTheSameSeedGivesTheSame()
    {
        foreach (var make in new Func<Layer>[]
        {
            () => new RandomColorJitter(0.3, 0.3, 0.3, 0.3) { Seed = 3 }, () => new RandAugment(0.5) { Seed = 3 }, () => new AugMix(0.3) { Seed = 3 }, () => new RandomGaussianBlur(1.0) { Seed = 3 },
            () => new RandomElasticTransform((1, 1)) { Seed = 3 }, () => new Solarization(0.5, 0.5) { Seed = 3 }, () => new RandomColorDegeneration(0.5) { Seed = 3 }, () => new RandomSaturation(0.5) { Seed = 3 }, () => new RandomGrayscale { Seed = 3 }, () => new Equalization(),
        })
        {
            var (x, y) = Run(make());
            var again = Run(make()).To;
            Assert.That(y.Cast<double>().All(v => v is >= -0.01 and <= 255.01), Is.True, make().GetType().Name);
            Assert.That(again.Cast<double>(), Is.EqualTo(y.Cast<double>()), make().GetType().Name);
            Assert.That(Share(b => All((h, w, c) => Math.Abs(y[b, h, w, c] - x[b, h, w, c]) < 0.01)), Is.LessThan(0.9), make().GetType().Name);
        }
    }

    [Test]
    public void ImpossibleArgumentsSayWhatIsPossible()
    {
        void Refused(Action make, params string[] parts)
        {
            var message = Assert.Catch<ArgumentException>(make)!.Message;
            foreach (var part in parts) Assert.That(message, Does.Contain(part));
        }
        Refused(() => new RandomContrast(2), "RandomContrast", "from 0 to 1");
        Refused(() => new RandomFlip("diagonal"), "diagonal", "horizontal_and_vertical");
        Refused(() => new Resizing(2, 2) { Interpolation = "cubic" }, "cubic", "bicubic");
        Refused(() => new RandomRotation(0.1) { FillMode = "mirror" }, "mirror", "reflect, wrap");
        var e = Assert.Throws<ShapeException>(() => new Resizing(2, 2).Apply(Input([7], "rows")))!;
        Assert.That(e.Message, Does.Contain("resizing").And.Contain("[?, 7]").And.Contain("rows").And.Contain("Expected rank 3 or 4"));
    }
}
