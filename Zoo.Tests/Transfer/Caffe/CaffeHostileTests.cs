using System.Text;
using Google.Protobuf;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Transfer;
using Zoo.Transfer.Caffe;

namespace Zoo.Tests.Transfer.Caffe;

/// <summary>Damaged and hostile files: an ImportException, or a net; never another exception, a hang, or much memory.</summary>
[Category("Hostile")]
internal sealed class CaffeHostileTests
{
    // What reading may allocate beside twice the files: graphs of small nets, and what a file's shapes declare (MostElements of the options is set to 2^20).
    const long Memory = 96L << 20;

    static readonly CaffeOptions Options = new() { MostElements = 1 << 20 };

    static int Mutations => Environment.GetEnvironmentVariable("ZOO_FULL") == "1" ? 10_000 : 1000;

    /// <summary>Whether files can be read; anything but an ImportException is a failure.</summary>
    static bool Survives(byte[] prototxt, byte[]? caffemodel, string what)
    {
        var most = Memory + 2L * (prototxt.Length + (caffemodel?.Length ?? 0));
        return HostileFile.Survives<ImportException>(() => CaffeImport.Read(CaffeFile.Parse(prototxt, "net"), caffemodel is null ? null : CaffeFile.Parse(caffemodel, "model"), Options), most, 12_000, what);
    }

    static readonly string Every = """
        name: "every" input: "x" input_shape { dim: 1 dim: 4 dim: 9 dim: 9 }
        layer { name: "conv" type: "Convolution" bottom: "x" top: "conv" convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 group: 2 weight_filler { type: "xavier" } } }
        layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" batch_norm_param { eps: 0.001 } }
        layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
        layer { name: "prelu" type: "PReLU" bottom: "conv" top: "conv" }
        layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
        layer { name: "lrn" type: "LRN" bottom: "pool" top: "lrn" lrn_param { local_size: 3 } }
        layer { name: "up" type: "Deconvolution" bottom: "lrn" top: "up" convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 } }
        layer { name: "crop" type: "Crop" bottom: "up" bottom: "pool" top: "crop" crop_param { axis: 2 offset: 1 } }
        layer { name: "slice" type: "Slice" bottom: "crop" top: "s0" top: "s1" slice_param { slice_point: 2 } }
        layer { name: "concat" type: "Concat" bottom: "s1" bottom: "s0" top: "concat" }
        layer { name: "sum" type: "Eltwise" bottom: "concat" bottom: "crop" top: "sum" eltwise_param { coeff: 1 coeff: 0.5 } }
        layer { name: "permute" type: "Permute" bottom: "sum" top: "permute" permute_param { order: 0 order: 2 order: 3 order: 1 } }
        layer { name: "reshape" type: "Reshape" bottom: "permute" top: "reshape" reshape_param { shape { dim: 0 dim: -1 dim: 4 } } }
        layer { name: "prior" type: "PriorBox" bottom: "pool" bottom: "x" top: "prior" prior_box_param { min_size: 3 max_size: 6 aspect_ratio: 2 } }
        layer { name: "spp" type: "SPP" bottom: "pool" top: "spp" spp_param { pyramid_height: 2 } }
        layer { name: "tile" type: "Tile" bottom: "spp" top: "tile" tile_param { tiles: 3 } }
        layer { name: "ip" type: "InnerProduct" bottom: "reshape" top: "ip" inner_product_param { num_output: 5 } }
        layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
        """;

    static byte[] Model()
    {
        var net = CaffeNet.Read(Every);
        RecipeWeights.Fill(net);
        return CaffeWriter.Write(net).ToByteArray();
    }

    static byte[] Damaged(byte[] whole, Random random, int i)
    {
        var bytes = (byte[])whole.Clone();
        switch (i % 5)
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1:
                for (var k = 0; k <= i % 7; k++) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                for (var k = 0; k <= i % 7; k++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 3:
                var (from, length) = (random.Next(bytes.Length), random.Next(64));
                return [.. bytes[..from], .. bytes[Math.Min(bytes.Length, from + length)..]];
            default:
                var (start, size) = (random.Next(bytes.Length), random.Next(64));
                return [.. bytes[..start], .. bytes[start..Math.Min(bytes.Length, start + size)], .. bytes[start..]];
        }
    }

    [Test]
    public void DamagedDefinitions()
    {
        const int seed = 20261128;
        var (whole, random, refused, count) = (Encoding.UTF8.GetBytes(Every), new Random(seed), 0, Mutations);
        Assert.That(Survives(whole, null, "whole"));
        for (var i = 0; i < count; i++) refused += Survives(Damaged(whole, random, i), null, $"seed {seed}, mutation {i}") ? 0 : 1;
        TestContext.Out.WriteLine($"seed {seed}: {refused} of {count} refused");
        Assert.That(refused, Is.GreaterThan(count / 2));
        Report.Add("hostile", "prototxt mutations", count, count);
    }

    /// <summary>Numbers and words of a definition replaced by others that are well formed: what a parser lets pass.</summary>
    [Test]
    public void OddSettings()
    {
        const int seed = 20261129;
        string[] odd = ["0", "-1", "1", "2", "7", "100", "65536", "2147483647", "2147483648", "4294967295", "9223372036854775807", "-9223372036854775808", "1e38", "nan", "inf", "\"x\"", "true", "MAX", "\"Slice\"", "\"pool\"", "\"LSTM\""];
        var (random, refused, count) = (new Random(seed), 0, Mutations);
        var places = System.Text.RegularExpressions.Regex.Matches(Every, """(?<=: )("\w*"|[-\w.]+)""").ToArray();
        for (var i = 0; i < count; i++)
        {
            var text = Every;
            foreach (var place in places.OrderBy(_ => random.Next()).Take(1 + i % 3).OrderByDescending(m => m.Index)) text = text[..place.Index] + odd[random.Next(odd.Length)] + text[(place.Index + place.Length)..];
            refused += Survives(Encoding.UTF8.GetBytes(text), null, $"seed {seed}, mutation {i}: {text}") ? 0 : 1;
        }
        TestContext.Out.WriteLine($"seed {seed}: {refused} of {count} refused");
        Assert.That(refused, Is.GreaterThan(count / 2));
        Report.Add("hostile", "prototxt odd settings", count, count);
    }

    [Test]
    public void DamagedModels()
    {
        const int seed = 20261130;
        var (definition, whole, random, refused, count) = (Encoding.UTF8.GetBytes(Every), Model(), new Random(seed), 0, Mutations);
        Assert.That(Survives(definition, whole, "whole"));
        for (var i = 0; i < count; i++)
        {
            var damaged = Damaged(whole, random, i);
            refused += Survives(definition, damaged, $"seed {seed}, mutation {i}") ? 0 : 1;
            Survives(damaged, null, $"seed {seed}, mutation {i} as a definition");
        }
        TestContext.Out.WriteLine($"seed {seed}: {refused} of {count} refused");
        Assert.That(refused, Is.GreaterThan(count / 3));
        Report.Add("hostile", "caffemodel mutations", count, count);
    }

    static IEnumerable<TestCaseData> Hostile()
    {
        const string input = "input: 'x' input_shape { dim: 1 dim: 3 dim: 8 dim: 8 } ";
        TestCaseData Case(string name, Func<string> text) => new TestCaseData(text).SetName($"Hostile Caffe: {name}");
        yield return Case("weights of 2^40 elements", () => input + "layer { name: 'c' type: 'InnerProduct' bottom: 'x' top: 'c' inner_product_param { num_output: 2000000000 } }");
        yield return Case("a constant of 2^60 elements", () => input + "layer { name: 'c' type: 'DummyData' top: 'c' dummy_data_param { shape { dim: 1073741824 dim: 1073741824 } } }");
        yield return Case("a picture of 2^31 rows, pooled", () => "input: 'x' input_shape { dim: 1 dim: 3 dim: 2147483647 dim: 2147483647 } layer { name: 'p' type: 'Pooling' bottom: 'x' top: 'p' pooling_param { pool: AVE kernel_size: 3 pad: 1 } }");
        yield return Case("default boxes for 2^40 places", () => "input: 'x' input_shape { dim: 1 dim: 3 dim: 1048576 dim: 1048576 } layer { name: 'p' type: 'PriorBox' bottom: 'x' bottom: 'x' top: 'p' prior_box_param { min_size: 3 } }");
        yield return Case("a circle", () => input + "layer { name: 'a' type: 'ReLU' bottom: 'b' top: 'a' } layer { name: 'b' type: 'ReLU' bottom: 'a' top: 'b' }");
        yield return Case("messages nested 100,000 deep", () => string.Concat(Enumerable.Repeat("unknown { ", 100_000)));
        yield return Case("a list of lists", () => "layer: [[[[");
        yield return Case("10,000 unknown types", () => input + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"layer {{ name: 'l{i}' type: 'T{i}' bottom: 'x' top: 't{i}' }} ")));
        yield return Case("no layers", () => input);
        yield return Case("nothing but a loss", () => input + "layer { name: 'l' type: 'SoftmaxWithLoss' bottom: 'x' top: 'l' }");
        yield return Case("a batch of none", () => "input: 'x' input_shape { dim: 0 dim: 0 } layer { name: 'r' type: 'Reshape' bottom: 'x' top: 'r' reshape_param { shape { dim: -1 dim: 0 } } }");
    }

    [TestCaseSource(nameof(Hostile))]
    public void AHostileDefinition(Func<string> text) => Assert.That(Survives(Encoding.UTF8.GetBytes(text()), null, "text"), Is.False);

    [TestCase("", "no layers"), TestCase("PK\u0003\u0004 a zip file", "no net"), TestCase("<html></html>", "no net"), TestCase("{ \"json\": 1 }", "no net"), TestCase("name: 'x'", "no layers")]
    public void FilesThatAreSomethingElse(string content, string message) =>
        Assert.That(Assert.Throws<ImportException>(() => CaffeFile.Parse(Encoding.UTF8.GetBytes(content), "file"))!.Message, Does.StartWith("file: ").And.Contain(message));

    [Test]
    public void AMissingFileIsNamed() => Assert.That(Assert.Throws<ImportException>(() => Net.LoadCaffe("nowhere.prototxt"))!.Message, Does.StartWith("LoadCaffe: 'nowhere.prototxt': it cannot be opened"));
}
