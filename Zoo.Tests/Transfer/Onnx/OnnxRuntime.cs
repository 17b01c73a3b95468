using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Transfer;

namespace Zoo.Tests.Transfer.Onnx;

/// <summary>Models written as ONNX files and run by ONNX Runtime.</summary>
internal static class OnnxRuntime
{
    /// <summary>What ONNX Runtime makes of a model that SaveOnnx wrote.</summary>
    public static NDArray[] Run(Model model, NDArray[] inputs, int? batchSize = null)
    {
        var folder = Directory.CreateTempSubdirectory("onnx").FullName;
        try
        {
            var path = Path.Combine(folder, "net.onnx");
            model.SaveOnnx(path, batchSize);
            return Run(File.ReadAllBytes(path), inputs);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What it makes of a model file; inputs that nothing uses may be absent.</summary>
    public static NDArray[] Run(byte[] file, NDArray[] inputs)
    {
        using var session = new InferenceSession(file);
        using var results = session.Run([.. session.InputNames.Zip(inputs, Value)]);
        return [.. results.Select(Array)];
    }

    static NamedOnnxValue Value(string name, NDArray x)
    {
        int[] shape = [.. x.Shape.Select(d => (int)d)];
        NamedOnnxValue As<T>() where T : unmanaged => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<T>(x.ToArray<T>(), shape));
        return x.DType switch
        {
            DType.Float32 => As<float>(),
            DType.Float64 => As<double>(),
            DType.Int32 => As<int>(),
            DType.Int64 => As<long>(),
            DType.UInt8 => As<byte>(),
            _ => As<bool>(),
        };
    }

    static NDArray Array(DisposableNamedOnnxValue value)
    {
        static NDArray As<T>(Tensor<T> t) => NDArray.From(t.ToArray(), Shape.Create([.. t.Dimensions.ToArray()]));
        return value.Value switch
        {
            Tensor<float> t => As(t),
            Tensor<double> t => As(t),
            Tensor<int> t => As(t),
            Tensor<long> t => As(t),
            Tensor<byte> t => As(t),
            _ => As((Tensor<bool>)value.Value),
        };
    }
}
