using Microsoft.ML.OnnxRuntime;
using Zoo.Autograd;

namespace Zoo.Benchmarks.Jobs;

/// <summary>ONNX Runtime on the file that SaveOnnx wrote.</summary>
internal sealed class OnnxPeer : IPeer
{
    readonly InferenceSession session;
    readonly RunOptions options = new();
    readonly Dictionary<string, OrtValue> inputs;

    internal OnnxPeer(Job job, JobFiles files, int batch, int threads)
    {
        session = new(files.Onnx, new SessionOptions { IntraOpNumThreads = threads });
        inputs = session.InputNames.Zip(job.Inputs(batch), (name, x) => (name, x)).ToDictionary(i => i.name, i => Value(i.x));
    }

    public double Step()
    {
        using var results = session.Run(options, inputs, session.OutputNames);
        return Job.Digest(results[0].GetTensorDataAsSpan<float>());
    }

    static OrtValue Value(NDArray x) => x.DType == DType.Int32 ? OrtValue.CreateTensorValueFromMemory(x.ToArray<int>(), [.. x.Shape]) : OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), [.. x.Shape]);
}
