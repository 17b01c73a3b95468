using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using Zoo.Autograd;
using Zoo.Autograd.Engine.Torch;
using Zoo.Transfer;
using CvDnn = OpenCvSharp.Dnn.CvDnn;

namespace Zoo.Benchmarks;

/// <summary>
/// What it takes to load ResNet-50 from a caffemodel and to run it, here and in OpenCV's DNN module, and in ONNX Runtime from the same net as SaveOnnx writes it. Each peer is a process of its own; in
/// a round each has a turn, and no two work at once.
/// </summary>
internal sealed class CaffeLoad
{
    internal static readonly string[] Peers = ["embedded", "opencv", "onnxruntime"];
    internal static readonly int[] Batches = [1, 8];
    const int Starts = 5, RunsOfATurn = 2;

    public required string File { get; init; }
    public required int Threads { get; init; }

    /// <summary>Why a peer is not among those measured.</summary>
    public required Dictionary<string, string> Absent { get; init; }

    /// <summary>Milliseconds from the file to a net that is ready, and from there to its first result, of several starts.</summary>
    public required Dictionary<string, double[]> Loaded { get; init; }
    public required Dictionary<string, double[]> First { get; init; }

    /// <summary>Milliseconds a run, batch by batch: for each peer those of all rounds.</summary>
    public required Dictionary<string, double[]>[] Times { get; init; }

    /// <summary>The largest resident memory in MB: of a process that has loaded the net, and of one that has run all batches up to each.</summary>
    public required Dictionary<string, double> Memory { get; init; }
    public required Dictionary<string, double>[] Peak { get; init; }

    /// <summary>How far the peers' largest probabilities lie apart.</summary>
    public required double Difference { get; init; }

    internal static CaffeLoad Run(string prototxt, int threads, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("caffe").FullName;
        try
        {
            string[] files = [prototxt, Path.Combine(folder, "net.caffemodel"), Path.Combine(folder, "net.onnx")];
            var net = Net.LoadCaffe(prototxt);
            RecipeWeights.Fill(net);
            net.SaveCaffe(null, files[1]);
            net.SaveOnnx(files[2]);
            return Run(files, threads, rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static CaffeLoad Run(string[] files, int threads, int rounds)
    {
        var (absent, loaded, first) = (new Dictionary<string, string>(), new Dictionary<string, List<double>>(), new Dictionary<string, List<double>>());
        var running = new List<PeerProcess>();
        try
        {
            for (var start = 0; start < Starts; start++)
                foreach (var name in Peers.Where(p => !absent.ContainsKey(p)))
                {
                    PeerProcess peer;
                    try
                    {
                        peer = new(name, ["caffe-peer", name, $"{threads}", .. files]);
                    }
                    catch (InvalidOperationException e)
                    {
                        absent[name] = e.Message.Split('\n').FirstOrDefault(line => line.Contains("libgtk", StringComparison.Ordinal)) ?? e.Message.Split('\n')[0];
                        continue;
                    }
                    (loaded.TryGetValue(name, out var times) ? times : loaded[name] = []).Add(peer.Begun[0]);
                    (first.TryGetValue(name, out times) ? times : first[name] = []).Add(peer.Ask("run 1 1")[0]);
                    if (start == Starts - 1) running.Add(peer);
                    else peer.Dispose();
                }
            var all = Batches.Select(_ => running.ToDictionary(p => p.Name, _ => new double[rounds])).ToArray();
            var peaks = new Dictionary<string, double>[Batches.Length];
            for (var b = 0; b < Batches.Length; b++)
            {
                foreach (var p in running) p.Ask($"run {Batches[b]} 2");
                for (var round = 0; round < rounds; round++)
                    for (var i = 0; i < running.Count; i++)
                    {
                        var p = running[(round + i) % running.Count];
                        all[b][p.Name][round] = p.Ask($"run {Batches[b]} {RunsOfATurn}")[0];
                    }
                peaks[b] = running.ToDictionary(p => p.Name, p => p.Ask("peak")[0]);
            }
            var results = running.Select(p => p.Ask("result")[0]).ToArray();
            return new()
            {
                File = Path.GetFileName(files[0]),
                Threads = threads,
                Absent = absent,
                Times = all,
                Peak = peaks,
                Memory = running.ToDictionary(p => p.Name, p => p.Begun[1]),
                Difference = results.Max() - results.Min(),
                Loaded = loaded.ToDictionary(p => p.Key, p => p.Value.ToArray()),
                First = first.ToDictionary(p => p.Key, p => p.Value.ToArray()),
            };
        }
        finally
        {
            foreach (var p in running) p.Dispose();
        }
    }

    /// <summary>The peer's side: <c>run BATCH TIMES</c> gives the milliseconds of the shortest, <c>result</c> the largest number of the last output, <c>peak</c> the largest memory so far.</summary>
    internal static void Serve(string peer, int threads, string prototxt, string caffemodel, string onnx)
    {
        var inputs = Batches.ToDictionary(b => b, b => RecipeWeights.Numbers("input", [b, 3, 224, 224], -1, 1));
        var start = Stopwatch.GetTimestamp();
        var run = peer switch { "opencv" => OpenCv(prototxt, caffemodel, threads), "onnxruntime" => OnnxRuntime(onnx, threads), _ => Embedded(prototxt, caffemodel, threads) };
        PeerProcess.Say(Stopwatch.GetElapsedTime(start).TotalMilliseconds, Resident());
        var result = 0f;
        while (Console.ReadLine()?.Split(' ') is { } words)
            PeerProcess.Say(words switch
            {
                ["run", var batch, var times] => Shortest(inputs[int.Parse(batch)], int.Parse(times)),
                ["result"] => result,
                _ => Resident(),
            });

        double Shortest(NDArray x, int times)
        {
            var best = TimeSpan.MaxValue;
            for (var i = 0; i < times; i++)
            {
                var began = Stopwatch.GetTimestamp();
                result = run(x);
                if (Stopwatch.GetElapsedTime(began) is var time && time < best) best = time;
            }
            return best.TotalMilliseconds;
        }
    }

    static Func<NDArray, float> Embedded(string prototxt, string model, int threads)
    {
        TorchThreads.Count = threads;
        var net = Net.LoadCaffe(prototxt, model);
        return x => TensorPrimitives.Max<float>(net.Predict(x).AsSpan<float>());
    }

    static Func<NDArray, float> OpenCv(string prototxt, string model, int threads)
    {
        Cv2.SetNumThreads(threads);
        var net = CvDnn.ReadNetFromCaffe(prototxt, model)!;
        return x =>
        {
            using var blob = Mat.FromPixelData(x.Shape.Select(d => (int)d), MatType.CV_32FC1, x.ToArray<float>());
            net.SetInput(blob);
            using var result = net.Forward();
            Cv2.MinMaxLoc(result, out double _, out double largest);
            return (float)largest;
        };
    }

    static Func<NDArray, float> OnnxRuntime(string file, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        var session = new InferenceSession(file, options);
        return x =>
        {
            using var value = OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), [.. x.Shape]);
            using var results = session.Run(new(), new Dictionary<string, OrtValue> { [session.InputNames[0]] = value }, session.OutputNames);
            return TensorPrimitives.Max(results[0].GetTensorDataAsSpan<float>());
        };
    }

    static double Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
