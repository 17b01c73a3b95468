using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>The mean of its inputs, element by element; of whole numbers it is a float64 (of small ones a float32), as TensorFlow's division.</summary>
[KerasObject("keras.layers")]
public sealed class Average : Merge
{
    private protected override Variable Join(Variable[] inputs)
    {
        var sum = inputs.Aggregate((a, b) => a + b);
        return sum.DType.IsFloat() ? sum / inputs.Length : A.Cast(sum, sum.DType.Size() > 2 ? DType.Float64 : DType.Float32) / inputs.Length;
    }
}
