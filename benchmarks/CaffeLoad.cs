using System.Diagnostics;
using OpenCvSharp;
using Zoo.Autograd;
using Zoo.Transfer;
using CvDnn = OpenCvSharp.Dnn.CvDnn;

namespace Zoo.Benchmarks;

/// <summary>What it takes to load ResNet-50 from a caffemodel and to run it: time and the process' largest memory, here and in OpenCV's DNN module. Each is a process of its own.</summary>
internal static class CaffeLoad
{
    internal static readonly string[] Peers = ["embedded", "opencv"];

    internal static void Run(string prototxt, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("caffe").FullName;
        try
        {
            var model = Path.Combine(folder, "net.caffemodel");
            var net = Net.LoadCaffe(prototxt);
            RecipeWeights.Fill(net);
            net.SaveCaffe(null, model);
            Console.WriteLine($"{Path.GetFileName(prototxt)}, caffemodel of {new FileInfo(model).Length / 1e6:F1} MB, {Environment.ProcessorCount} processors, medians of {rounds} runs");
            foreach (var peer in Peers)
            {
                using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CaffeLoad).Assembly.Location, "caffe-peer", peer, prototxt, model, $"{rounds}"]) { RedirectStandardOutput = true })!;
                Console.Write(process.StandardOutput.ReadToEnd());
                process.WaitForExit();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One peer, in this process.</summary>
    internal static void Serve(string peer, string prototxt, string model, int rounds)
    {
        var start = Stopwatch.GetTimestamp();
        Func<NDArray, float> run;
        try
        {
            run = peer == "opencv" ? OpenCv(prototxt, model) : Embedded(prototxt, model);
        }
        catch (TypeInitializationException e)
        {
            Console.WriteLine($"  {peer,-9} its native library does not load: {e.InnerException?.Message.Split('\n')[0]}");
            return;
        }
        var loaded = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        var memory = Peak();
        var text = "";
        foreach (var batch in (long[])[1, 8])
        {
            var x = RecipeWeights.Numbers("input", [batch, 3, 224, 224], -1, 1);
            var began = Stopwatch.GetTimestamp();
            var first = run(x);
            var once = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            var times = new double[rounds];
            for (var i = 0; i < rounds; i++)
            {
                began = Stopwatch.GetTimestamp();
                run(x);
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
            Array.Sort(times);
            text += $"; batch {batch}: first {once:F0} ms, then {times[rounds / 2]:F1} ms [{times[0]:F1}, {times[^1]:F1}], prob[0] {first:E4}, at most {Peak():F0} MB";
        }
        Console.WriteLine($"  {peer,-9} loaded in {loaded:F0} ms, at most {memory:F0} MB{text}");
    }

    static Func<NDArray, float> Embedded(string prototxt, string model)
    {
        var net = Net.LoadCaffe(prototxt, model);
        return x => net.Predict(x).AsSpan<float>()[0];
    }

    static Func<NDArray, float> OpenCv(string prototxt, string model)
    {
        var net = CvDnn.ReadNetFromCaffe(prototxt, model)!;
        return x =>
        {
            using var blob = Mat.FromPixelData(x.Shape.Select(d => (int)d), MatType.CV_32FC1, x.ToArray<float>());
            net.SetInput(blob);
            using var result = net.Forward();
            return result.At<float>(0, 0);
        };
    }

    static double Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / 1e6;
    }
}
