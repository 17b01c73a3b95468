using System.Runtime.InteropServices;
using OpenCvSharp;
using Zoo.Autograd;
using CvDnn = OpenCvSharp.Dnn.CvDnn;

namespace Zoo.Tests.Models;

/// <summary>Nets of Caffe's files in OpenCV's DNN module.</summary>
internal static class OpenCv
{
    /// <summary>Why OpenCV's native library cannot be used here; null where it can.</summary>
    public static string? Absent()
    {
        try
        {
            return Cv2.GetVersionString() is null ? "OpenCV does not say its version" : null;
        }
        catch (TypeInitializationException e)
        {
            return $"OpenCV's native library does not load (it needs libgtk-3): {e.InnerException?.Message.Split('\n')[0]}";
        }
    }

    /// <summary>What it makes of some layers for inputs by name; of the last one where none is named.</summary>
    public static NDArray[] Run(string prototxt, string? caffemodel, IReadOnlyDictionary<string, NDArray> inputs, params ReadOnlySpan<string> layers)
    {
        using var net = CvDnn.ReadNetFromCaffe(prototxt, caffemodel)!;
        net.SetPreferableBackend(OpenCvSharp.Dnn.Backend.OPENCV);
        foreach (var (name, x) in inputs)
        {
            using var blob = Mat.FromPixelData(x.Shape.Select(d => (int)d), MatType.CV_32FC1, x.ToArray<float>());
            if (inputs.Count == 1) net.SetInput(blob);
            else net.SetInput(blob, name);
        }
        var results = new NDArray[Math.Max(1, layers.Length)];
        for (var i = 0; i < results.Length; i++)
        {
            using var result = layers.Length == 0 ? net.Forward() : net.Forward(layers[i]);
            var values = new float[result.Total()];
            if (values.Length > 0) Marshal.Copy(result.Data, values, 0, values.Length);
            results[i] = NDArray.From(values, Shape.Create([.. Enumerable.Range(0, result.Dims).Select(d => (long)result.Size(d))]));
        }
        return results;
    }
}
