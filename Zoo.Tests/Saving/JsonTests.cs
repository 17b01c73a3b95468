using System.Text;
using NUnit.Framework;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Saving;

public class JsonTests
{
    [TestCase(0.0, "0.0")]
    [TestCase(1.0, "1.0")]
    [TestCase(-0.05, "-0.05")]
    [TestCase(1e-7, "1e-07")]
    [TestCase(0.0001, "0.0001")]
    [TestCase(0.00001, "1e-05")]
    [TestCase(0.009999999776482582, "0.009999999776482582")]
    [TestCase(1e16, "1e+16")]
    [TestCase(1e15, "1000000000000000.0")]
    [TestCase(1.5e300, "1.5e+300")]
    [TestCase(123456.789, "123456.789")]
    public void Real_numbers_look_as_in_Python(double value, string expected) => Assert.That(Json.Real(value), Is.EqualTo(expected));

    [Test]
    public void Every_configuration_of_Keras_survives_to_the_letter()
    {
        foreach (var name in Shared.Entries("goldens/models/models.zip", ".keras"))
        {
            var text = Shared.Inner(Shared.Entry("goldens/models/models.zip", name), "config.json");
            Assert.That(Json.Write(Json.Parse(text, name)), Is.EqualTo(Encoding.UTF8.GetString(text)), name);
        }
    }

    [TestCase("{\"a\": ")]
    [TestCase("")]
    [TestCase("{} {}")]
    [TestCase("{\"a\": NaN}")]
    public void Broken_text_is_a_clear_error(string text) =>
        Assert.That(() => Json.Parse(Encoding.UTF8.GetBytes(text), "x.keras"), Throws.TypeOf<ModelFileException>().With.Message.Contains("not JSON"));

    [Test]
    public void Endless_nesting_is_an_error_and_no_crash() =>
        Assert.That(() => Json.Parse(Encoding.UTF8.GetBytes(new string('[', 1_000_000)), "x.keras"), Throws.TypeOf<ModelFileException>());

    [Test]
    public void Strings_are_escaped() => Assert.That(Json.Write("a\"\\\n\u0001ß😀"), Is.EqualTo("\"a\\\"\\\\\\n\\u0001\\u00df\\ud83d\\ude00\""));
}
