using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;

namespace Zoo.Tests.Layers;

/// <summary>Layers of pictures whose height and width only data know: they do what they do where the Input says the sizes.</summary>
[Category("Engines")]
public class PictureSizeTests
{
    static IEnumerable<TestCaseData> Cases()
    {
        foreach (var make in new Func<ImageLayer>[]
        {
            () => new RandomCrop(4, 3) { Seed = 3 }, () => new RandomCrop(9, 3) { Seed = 3 }, () => new RandomElasticTransform((1, 1)) { Seed = 3 }, () => new RandomElasticTransform((1, 1)) { Seed = 3, FillMode = "constant", FillValue = 7, Interpolation = "nearest" },
            () => new RandomGaussianBlur((1, 1)) { Seed = 3, KernelSize = (5, 2) }, () => new ContrastLimitedAdaptiveHistogramEqualization { TileGridSize = (2, 3) }, () => new RandomFlip { Seed = 3 }, () => new RandomRotation(0.3) { Seed = 3 },
            () => new RandomZoom(0.3) { Seed = 3 }, () => new RandomTranslation(0.3, 0.2) { Seed = 3 }, () => new RandomShear(0.3, 0.2) { Seed = 3 }, () => new RandomPerspective((1, 1)) { Seed = 3 }, () => new RandomErasing((1, 1)) { Seed = 3 },
            () => new CutMix((1, 1)) { Seed = 3 }, () => new MixUp { Seed = 3 }, () => new RandomContrast(0.4) { Seed = 3 }, () => new RandomBrightness(0.4) { Seed = 3 }, () => new RandomSharpness(0.4) { Seed = 3 }, () => new RandomHue(0.4) { Seed = 3 },
            () => new RandomSaturation(0.4) { Seed = 3 }, () => new RandomColorJitter(0.3, 0.3, 0.3, 0.3) { Seed = 3 }, () => new RandomColorDegeneration(0.4) { Seed = 3 }, () => new RandomGrayscale(0.5) { Seed = 3 }, () => new RandomPosterization((2, 6)) { Seed = 3 },
            () => new RandomInvert((0.5, 0.5)) { Seed = 3 }, () => new Solarization(0.5, 0.5) { Seed = 3 }, () => new AutoContrast(), () => new Equalization(), () => new RandAugment(0.5) { Seed = 3 }, () => new AugMix(0.3) { Seed = 3 },
            () => new Resizing(4, 9), () => new Resizing(4, 9) { PadToAspectRatio = true }, () => new Resizing(4, 9) { CropToAspectRatio = true }, () => new CenterCrop(4, 9),
        })
            foreach (var engine in (string[])["embedded", "tensorflow"])
                yield return new TestCaseData(make, engine).SetName($"{{m}}({make().GetType().Name}, {make().DataFormat}, {engine})");
    }

    [TestCaseSource(nameof(Cases))]
    public void SizesOfDataAreAsGoodAsThoseOfTheInput(Func<ImageLayer> make, string engine)
    {
        var random = new Random(5);
        var x = NDArray.Zeros([5, 7, 6, 3], DType.Float32);
        for (var i = 0; i < x.Count; i++) x.SetNumber(i, random.Next(256));
        NDArray Of(Variable input)
        {
            var layer = make();
            layer.Name = "layer";
            Model model = new(input, layer.Apply(input, training: true)) { Seed = 11 };
            model.Compile(new SGD(0.1), "mse", engine: TestEngines.Get(engine).Name);
            return model.Predict(x);
        }
        NDArray known = Of(Input([7, 6, 3])), unknown = Of(Input([Dim.Any, Dim.Any, 3]));
        Assert.That(unknown.Shape, Is.EqualTo(known.Shape));
        Assert.That(unknown.ToArray<float>(), Is.EqualTo(known.ToArray<float>()).Within(1e-3));
    }
}
