using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

// Longer than a layer should be: the power iteration stands beside the step that swaps the kernel for the divided one.
/// <summary>
/// A layer whose kernel (or table) is divided by its largest singular value at each training step, found by power iteration (Miyato et al. 2018). The divided kernel is the kernel from then on.
/// </summary>
/// <param name="layer">The layer; it has a weight <c>kernel</c> or <c>embeddings</c>.</param>
/// <param name="powerIterations">How many iterations a step.</param>
[KerasObject("keras.layers"), KerasCallArgument("training", false)]
public sealed class SpectralNormalization(Layer layer, int powerIterations = 1) : Layer
{
    Parameter kernel = null!, vectorU = null!;

    /// <summary>The layer whose kernel is divided.</summary>
    public Layer Layer { get; } = layer;

    /// <summary>How many iterations a step.</summary>
    public int PowerIterations { get; } = powerIterations > 0 ? powerIterations : throw new ArgumentException($"SpectralNormalization: {powerIterations} iterations were asked for. Expected a positive number.");

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        if (Layer is not Model) Layer.BuildFor(input);
        kernel = Layer.OwnWeights.FirstOrDefault(w => w.Name == "kernel") ?? Layer.OwnWeights.FirstOrDefault(w => w.Name == "embeddings")
            ?? throw new GraphException($"{Name}: {Layer.Name} ({Layer.GetType().Name}) has no weight named kernel or embeddings. Expected a layer that has one, such as Dense, Conv2D or Embedding.");
        Adopt(kernel);
        vectorU = Weight("vector_u", [1, kernel.Shape[-1]], new TruncatedNormal(0, 0.02), trainable: false, dtype: kernel.DType);
    }

    /// <inheritdoc/>
    protected override Outputs Call(Inputs x, CallContext c)
    {
        var y = Layer.Apply(x[0]);
        if (c.Training)
        {
            var (u, divided) = Divided(c.Current(vectorU), c.Current(kernel));
            c.Update(vectorU, u);
            c.Update(kernel, divided);
            // The gradient of the kernel is that of the divided one: nothing flows through the division.
            y = c.With(kernel, A.StopGradient(divided) + (kernel.Variable - A.StopGradient(kernel.Variable)), y);
        }
        return A.Cast(y, x[0].DType);
    }

    /// <summary>The vector and the kernel after the iterations; as they were where the kernel is zeros.</summary>
    (Variable U, Variable Kernel) Divided(Variable before, Variable weights)
    {
        var matrix = A.Reshape(weights, [Dim.Any, kernel.Shape[-1]]);
        var (u, v) = (before, before);
        for (var i = 0; i < PowerIterations; i++)
        {
            v = A.L2Normalize(A.MatMul(u, matrix, transposeB: true), epsilon: 1e-14);
            u = A.L2Normalize(A.MatMul(v, matrix), epsilon: 1e-14);
        }
        var sigma = A.MatMul(A.MatMul(v, matrix), u, transposeB: true);
        var zero = A.All(A.Equal(weights, A.ZerosLike(weights)));
        return (A.Where(zero, before, u), A.Where(zero, weights, weights / A.Reshape(sigma, [])));
    }
}
