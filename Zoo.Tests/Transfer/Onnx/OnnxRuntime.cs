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
            using var session = new InferenceSession(path);
            using var results = session.Run([.. session.InputNames.Zip(inputs, Value)]);
            return [.. results.Select(Array)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static NamedOnnxValue Value(string name, NDArray x)
    {
        var shape = x.Shape.Select(d => (int)d).ToArray();
        return x.DType switch
        {
            DType.Int32 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<int>(x.ToArray<int>(), shape)),
            DType.Int64 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(x.ToArray<long>(), shape)),
            DType.Bool => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<bool>(x.ToArray<bool>(), shape)),
            DType.Float64 => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(x.ToArray<double>(), shape)),
            _ => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(x.ToArray<float>(), shape)),
        };
    }

    static NDArray Array(DisposableNamedOnnxValue value) => value.Value switch
    {
        Tensor<int> t => NDArray.From(t.ToArray(), Shape.Create([.. t.Dimensions.ToArray()])),
        Tensor<long> t => NDArray.From(t.ToArray(), Shape.Create([.. t.Dimensions.ToArray()])),
        Tensor<bool> t => NDArray.From(t.ToArray(), Shape.Create([.. t.Dimensions.ToArray()])),
        Tensor<double> t => NDArray.From(t.ToArray(), Shape.Create([.. t.Dimensions.ToArray()])),
        _ => NDArray.From(((Tensor<float>)value.Value).ToArray(), Shape.Create([.. ((Tensor<float>)value.Value).Dimensions.ToArray()])),
    };
}
