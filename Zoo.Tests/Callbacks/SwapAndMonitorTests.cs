using System.Net;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Tests.Training;

namespace Zoo.Tests.Callbacks;

/// <summary>Averages in the place of weights, and logs that are sent away.</summary>
public class SwapAndMonitorTests
{
    static readonly NDArray X = TrainerTests.Noise([12, 4], 1), Y = TrainerTests.Noise([12, 1], 2);

    static Sequential Net(Optimizer optimizer)
    {
        Sequential net = [new Dense(1) { InputShape = [4] }];
        net.Compile(optimizer, "mse");
        return net;
    }

    [Test]
    public void AveragesAreEvaluatedAndWeightsComeBack([Values] bool onEpoch)
    {
        var net = Net(new SGD(0.3) { UseEma = true, EmaMomentum = 0.9 });
        var (during, after) = (new List<float[]>(), new List<float[]>());
        var look = new LambdaCallback { EpochEnd = (_, _) => after.Add(net.Weights[0].Value.ToArray<float>()), TrainBatchBegin = (_, _) => during.Add(net.Weights[0].Value.ToArray<float>()) };
        var history = net.Fit(X, Y, batchSize: 4, epochs: 2, verbose: 0, shuffle: false, validationData: (X, Y), callbacks: [new SwapEMAWeights(onEpoch), look]);
        var plain = Net(new SGD(0.3) { UseEma = true, EmaMomentum = 0.9 });
        var (weights, averages) = (new List<float[]>(), new List<float[]>());
        var watch = new LambdaCallback
        {
            TrainBatchBegin = (_, _) => weights.Add(plain.Weights[0].Value.ToArray<float>()),
            EpochEnd = (_, _) => averages.Add(plain.Optimizer!.Averages.First().Average.Value.ToArray<float>()),
        };
        plain.Fit(X, Y, batchSize: 4, epochs: 2, verbose: 0, shuffle: false, callbacks: [watch]);
        Assert.That(during, Is.EqualTo(weights), "training goes on with the weights");
        if (onEpoch) Assert.That(after, Is.EqualTo(averages), "callbacks behind it see the averages");
        Assert.That(net.Weights[0].Value.ToArray<float>(), Is.EqualTo(averages[^1]), "Fit ends with the averages");
        Assert.That(plain.Weights[0].Value.ToArray<float>(), Is.EqualTo(averages[^1]));
        Assert.That(history["val_loss"][^1], Is.EqualTo(plain.Evaluate(X, Y)["loss"]), "validation saw the averages");
        Assert.That(() => Net("sgd").Fit(X, Y, verbose: 0, validationData: (X, Y), callbacks: [new SwapEMAWeights()]), Throws.InvalidOperationException.With.Message.Contains("UseEma"));
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [Test]
    public async Task LogsAreSentToAServer([Values] bool json)
    {
        using var server = new HttpListener();
        var port = FreePort();
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var received = Task.Run(async () =>
        {
            var bodies = new List<string>();
            for (var i = 0; i < 2; i++)
            {
                var context = await server.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                bodies.Add($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} {context.Request.ContentType} {context.Request.Headers["X-Key"]} {await reader.ReadToEndAsync()}");
                context.Response.Close();
            }
            return bodies;
        });
        var history = Net("sgd").Fit(X, Y, epochs: 2, verbose: 0, callbacks: [new RemoteMonitor($"http://127.0.0.1:{port}", "/epoch", "log", new Dictionary<string, string> { ["X-Key"] = "7" }, json)]);
        var got = await received.WaitAsync(TimeSpan.FromSeconds(20));
        var text = $"{{\"epoch\": 1, \"loss\": {Keras.Saving.Json.Real(history["loss"][1])}}}";
        Assert.That(got[1], Is.EqualTo(json ? $"POST /epoch application/json; charset=utf-8 7 {text}" : $"POST /epoch application/x-www-form-urlencoded 7 log={WebUtility.UrlEncode(text)}"));
    }

    [Test]
    public void AServerThatIsNotThereDoesNotEndTraining() =>
        Assert.That(Net("sgd").Fit(X, Y, epochs: 2, verbose: 0, callbacks: [new RemoteMonitor("http://127.0.0.1:1") { Timeout = TimeSpan.FromSeconds(2) }]).Epochs, Has.Count.EqualTo(2));
}
