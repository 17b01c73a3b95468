using System.Reflection;
using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using BenchmarkDotNet.Running;
using Confluent.Kafka;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Greeter;
using Grpc.Net.Client;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;
using NUnit.Framework;
using OpenCvSharp;
using PureHDF;
using PureHDF.Selections;
using SkiaSharp;
using Spectre.Console;
using System.Numerics.Tensors;

// One call of every package that docs/packages.md names; a line each, non-zero when one fails.
int failed = 0;
string folder = Directory.CreateTempSubdirectory("zoo-packages").FullName;

Check("libtorch-cpu-linux-x64", Torch.MatMul);
Check("Google.Protobuf + Grpc.Tools", () =>
{
    var bytes = new Question { Name = "zoo", Values = { 1, 2, 3 } }.ToByteArray();
    return $"protoc made Question; {bytes.Length} bytes; read back '{Question.Parser.ParseFrom(bytes).Name}'";
});
Check("Grpc.Net.Client", () =>
{
    using var channel = GrpcChannel.ForAddress("http://127.0.0.1:9");
    var client = new Greeter.Greeter.GreeterClient(channel);
    var e = NUnit.Framework.Assert.Throws<Grpc.Core.RpcException>(() => client.Hello(new Question(), deadline: DateTime.UtcNow.AddSeconds(2)));
    return $"call to a closed port: {e!.StatusCode}";
});
foreach (var codec in new CompressionCodecType?[] { null, CompressionCodecType.Lz4Frame, CompressionCodecType.Zstd })
    Check($"Apache.Arrow {codec}", () =>
    {
        var batch = new RecordBatch.Builder().Append("x", false, new FloatArray.Builder().AppendRange(Enumerable.Range(0, 1000).Select(i => (float)i)).Build()).Build();
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, true, new IpcOptions { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() }))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        long size = stream.Position;
        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream, new CompressionCodecFactory());
        var x = (FloatArray)reader.ReadNextRecordBatch().Column(0);
        return $"1000 floats in {size} bytes; x[999] = {x.GetValue(999)}";
    });
Check("PureHDF", () =>
{
    string path = Path.Combine(folder, "w.h5");
    var group = new H5Group { ["kernel"] = new H5Dataset(new float[,] { { 1, 2 }, { 3, 4 } }) };
    group.Attributes["name"] = "dense";
    group.Attributes["names"] = new[] { "kernel:0", "bias:0" };
    new H5File { ["layers"] = group }.Write(path);
    using var file = H5File.OpenRead(path);
    var layers = file.Group("layers");
    var kernel = layers.Dataset("kernel").Read<float[,]>();
    return $"kernel[1,1] = {kernel[1, 1]}, name '{layers.Attribute("name").Read<string>()}', names {string.Join(',', layers.Attribute("names").Read<string[]>())}";
});
Check("PureHDF, attribute of 100 KB", () =>
{
    string path = Path.Combine(folder, "big.h5");
    var file = new H5File { ["x"] = new H5Dataset(new float[] { 1 }) };
    file.Attributes["config"] = new string('a', 100_000);
    file.Write(path);
    using var read = H5File.OpenRead(path);
    return $"a string of {read.Attribute("config").Read<string>().Length} characters came back";
});
Check("SkiaSharp", () =>
{
    using var surface = SKSurface.Create(new SKImageInfo(64, 32));
    surface.Canvas.Clear(SKColors.White);
    using var font = new SKFont(SKTypeface.Default, 12);
    surface.Canvas.DrawText("zoo", 2, 20, SKTextAlign.Left, font, new SKPaint { Color = SKColors.Black });
    using var image = surface.Snapshot();
    using var pixels = image.PeekPixels();
    int dark = 0;
    for (int y = 0; y < 32; y++) for (int x = 0; x < 64; x++) if (pixels.GetPixelColor(x, y).Red < 128) dark++;
    using var png = image.Encode(SKEncodedImageFormat.Png, 90);
    return $"PNG of {png.Size} bytes, {dark} dark pixels of text, default font '{SKTypeface.Default.FamilyName}'";
});
Check("ScottPlot", () =>
{
    var plot = new ScottPlot.Plot();
    plot.Add.Scatter(new double[] { 1, 2, 3 }, new double[] { 1, 4, 9 });
    plot.Title("loss");
    string path = Path.Combine(folder, "plot.png");
    plot.SavePng(path, 400, 300);
    return $"PNG of {new FileInfo(path).Length} bytes; font {ScottPlot.Fonts.Default}";
});
Check("Spectre.Console", () =>
{
    var text = new StringWriter();
    var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
    console.Write(new Spectre.Console.Table().AddColumn("layer").AddColumn("params").AddRow("dense", "7850"));
    return $"a table of {text.ToString().Split('\n').Length - 1} lines";
});
Check("System.Numerics.Tensors", () => $"dot = {TensorPrimitives.Dot<float>([1, 2, 3], [4, 5, 6])}");
Check("NUnit", () => { NUnit.Framework.Assert.That(1 + 1, Is.EqualTo(2)); return $"Assert.That of NUnit {Of(typeof(Is))}"; });
Check("FsCheck", () =>
{
    Prop.ForAll<int[]>(a => a.Reverse().Reverse().SequenceEqual(a)).QuickCheckThrowOnFailure();
    return "100 cases";
});
Check("BenchmarkDotNet", () => $"converter found {BenchmarkConverter.TypeToBenchmarks(typeof(Bench)).BenchmarksCases.Length} benchmark, version {Of(typeof(BenchmarkConverter))}");
Check("Microsoft.ML.OnnxRuntime", () =>
{
    using var options = new SessionOptions { IntraOpNumThreads = 1 };
    var e = NUnit.Framework.Assert.Throws<OnnxRuntimeException>(() => new InferenceSession(new byte[] { 1, 2, 3 }, options));
    return $"{OrtEnv.Instance().GetVersionString()}, providers {string.Join(',', OrtEnv.Instance().GetAvailableProviders())}; bad model: {e!.Message.Split('\n')[0]}";
});
Check("OpenCvSharp4", () =>
{
    using var a = new Mat(4, 4, MatType.CV_8UC1, new Scalar(3));
    using var b = new Mat();
    Cv2.Resize(a, b, new OpenCvSharp.Size(8, 8));
    Cv2.ImEncode(".jpg", b, out byte[] jpg);
    return $"{Cv2.GetVersionString()}, resized sum {Cv2.Sum(b).Val0}, JPEG of {jpg.Length} bytes";
});
Check("Microsoft.ML.Tokenizers", () =>
{
    string vocabulary = Path.Combine(folder, "vocab.txt");
    File.WriteAllLines(vocabulary, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "zoo", "##s", "two"]);
    var tokenizer = BertTokenizer.Create(vocabulary);
    return $"'two zoos' = [{string.Join(' ', tokenizer.EncodeToIds("two zoos"))}]";
});
Check("Confluent.Kafka", () =>
{
    using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = "127.0.0.1:9" })
        .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    return $"librdkafka {Library.VersionString}, producer {producer.Name}";
});
Directory.Delete(folder, true);
return failed;

static string Of(Type type) => type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

void Check(string name, Func<string> call)
{
    try
    {
        Console.WriteLine($"ok    {name}: {call()}");
    }
    catch (Exception e)
    {
        failed++;
        Console.WriteLine($"FAIL  {name}: {e.GetType().Name} {e.Message}");
    }
}

/// <summary>Something for BenchmarkDotNet to find.</summary>
public class Bench
{
    /// <summary>Nothing.</summary>
    [BenchmarkDotNet.Attributes.Benchmark] public int One() => 1;
}
