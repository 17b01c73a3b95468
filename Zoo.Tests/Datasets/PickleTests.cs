using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras.Datasets;

namespace Zoo.Tests.Datasets;

/// <summary>Pickles written by Python's own pickle, in which stand-ins take the places of NumPy's classes: the bytes are those that NumPy leads to.</summary>
internal sealed class PickleTests
{
    const string Objects2 = "gAJjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJjX2NvZGVjcwplbmNvZGUKcQNYAQAAAGJxBFgGAAAAbGF0aW4xcQWGcQZScQeHcQhScQkoSwFLA4VxCmNudW1weQpkdHlwZQpxC1gCAAAATzhxDImIh3ENUnEOKEsDWAEAAAB8cQ9OTk5K/////0r/////Sz90cRBiiV1xEShdcRIoSwFLAk0sAWVdcRNLBGFdcRQoSnARAQBK+////2VldHEVYi4=";
    internal const string Objects3 = "gANjbnVtcHkuY29yZS5tdWx0aWFycmF5Cl9yZWNvbnN0cnVjdApxAGNudW1weQpuZGFycmF5CnEBSwCFcQJDAWJxA4dxBFJxBShLAUsDhXEGY251bXB5CmR0eXBlCnEHWAIAAABPOHEIiYiHcQlScQooSwNYAQAAAHxxC05OTkr/////Sv////9LP3RxDGKJXXENKF1xDihLAUsCTSwBZV1xD0sEYV1xEChKcBEBAEr7////ZWV0cRFiLg==";
    const string Objects4 = "gASVpwAAAAAAAACMFW51bXB5LmNvcmUubXVsdGlhcnJheZSMDF9yZWNvbnN0cnVjdJSTlIwFbnVtcHmUjAduZGFycmF5lJOUSwCFlEMBYpSHlFKUKEsBSwOFlGgDjAVkdHlwZZSTlIwCTziUiYiHlFKUKEsDjAF8lE5OTkr/////Sv////9LP3SUYoldlChdlChLAUsCTSwBZV2USwRhXZQoSnARAQBK+////2VldJRiLg==";
    internal const string Cifar = "gAN9cQAoQwtiYXRjaF9sYWJlbHEBQxR0ZXN0aW5nIGJhdGNoIDEgb2YgMXECQwZsYWJlbHNxA11xBChLBksJZUMEZGF0YXEFY251bXB5LmNvcmUubXVsdGlhcnJheQpfcmVjb25zdHJ1Y3QKcQZjbnVtcHkKbmRhcnJheQpxB0sAhXEIQwFicQmHcQpScQsoSwFLAksDhnEMY251bXB5CmR0eXBlCnENWAIAAAB1MXEOiYiHcQ9ScRAoSwNYAQAAAHxxEU5OTkr/////Sv////9LAHRxEmKJQwYBAgMEBf9xE3RxFGJDCWZpbGVuYW1lc3EVXXEWKEMFYS5wbmdxF0MFYi5wbmdxGGV1Lg==";
    const string PlainValues = "gASVTQAAAAAAAAB9lCiMAWGUXZQoSwFK/////4oGAAAAAAABRz/4AAAAAAAAiE6MBHRleHSUQwVieXRlc5RLAUsChpQoSwFLAksDSwR0lGWMAWKUfZR1Lg==";

    static object? Load(string base64) => Pickle.Load(Convert.FromBase64String(base64), "p");

    [Test]
    public void ListsInArraysOfAllProtocols([Values(Objects2, Objects3, Objects4)] string pickle) =>
        Assert.That(Load(pickle), Is.EqualTo(new[] { new List<object?> { 1L, 2L, 300L }, [4L], [70000L, -5L] }));

    [Test]
    public void NumbersInArrays()
    {
        var batch = (Dictionary<string, object?>)Load(Cifar)!;
        Assert.That(((NDArray)batch["data"]!).ToString(), Is.EqualTo("uint8 [2, 3] {1, 2, 3, 4, 5, 255}"));
        Assert.That(batch["labels"], Is.EqualTo(new object[] { 6L, 9L }));
    }

    [Test]
    public void PlainValuesOfAllKinds()
    {
        var map = (Dictionary<string, object?>)Load(PlainValues)!;
        Assert.That(map["a"], Is.EqualTo(new object?[] { 1L, -1L, 1L << 40, 1.5, true, null, "text", "bytes"u8.ToArray(), new object[] { 1L, 2L }, new object[] { 1L, 2L, 3L, 4L } }));
        Assert.That(map["b"], Is.Empty);
    }

    [TestCase("Y29zCnN5c3RlbQooUydlY2hvJwp0Ui4=", TestName = "os.system by GLOBAL")]
    [TestCase("gASMAm9zjAZzeXN0ZW2TjARlY2hvhVIu", TestName = "os.system by STACK_GLOBAL")]
    public void NothingIsCalled(string pickle) => Assert.That(Assert.Throws<InvalidDataException>(() => Load(pickle))!.Message, Does.Contain("os.system").And.Contain("refused"));

    [Test]
    public void DamagedPicklesAreErrors()
    {
        foreach (var text in new[] { Objects2, Objects3, Objects4, Cifar, PlainValues })
        {
            var whole = Convert.FromBase64String(text);
            for (var length = 0; length < whole.Length; length++) Assert.Throws<InvalidDataException>(() => Pickle.Load(whole[..length], "p"), $"{length} bytes");
            var random = new Random(1);
            for (var i = 0; i < 2000; i++)
            {
                var spoiled = (byte[])whole.Clone();
                spoiled[random.Next(whole.Length)] = (byte)random.Next(256);
                try { Pickle.Load(spoiled, "p"); }
                catch (InvalidDataException) { continue; }   // the only exception that may come
            }
        }
    }
}
