using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Transfer.Onnx;

/// <summary>Small forms of the nets whose speed is measured, each with numbers to feed.</summary>
internal static class OnnxNets
{
    internal static readonly string[] Names = ["mlp", "lenet", "resnet-50", "inception-v1", "ncf", "transformer"];

    internal static (Model Model, NDArray[] Inputs) Make(string name) => name switch
    {
        "mlp" => (Mlp(), [CaffeNumbers([3, 12])]),
        "lenet" => (LeNet(), [CaffeNumbers([2, 28, 28, 1])]),
        "resnet-50" => (Benchmarks.ResNet50.Make(64, 7), [CaffeNumbers([2, 64, 64, 3])]),
        "inception-v1" => (Inception(), [CaffeNumbers([2, 32, 32, 3])]),
        "ncf" => (Ncf(), [Ids([5, 1], 11), Ids([5, 1], 7)]),
        _ => (Transformer(), [Ids([2, 6], 50)]),
    };

    static NDArray CaffeNumbers(Shape shape) => RecipeWeights.Numbers("input", shape, -1, 1);

    static NDArray Ids(Shape shape, int below) => NDArray.From([.. Enumerable.Range(0, (int)shape.Elements).Select(i => (i * 7 + 3) % below)], shape);

    static Model Mlp()
    {
        var x = K.Input([12], "x");
        return new(x, x >> new Dense(16, "relu") >> new Dense(8, "tanh") >> new Dropout(0.5) >> new Dense(4, "softmax")) { Seed = 1 };
    }

    static Model LeNet()
    {
        var x = K.Input([28, 28, 1], "image");
        return new(x, x >> new Conv2D(4, 5, "relu") >> new MaxPooling2D(2) >> new Conv2D(6, 5, "relu") >> new MaxPooling2D(2) >> new Flatten() >> new Dense(20, "relu") >> new Dense(10, "softmax")) { Seed = 1 };
    }

    static Model Inception()
    {
        var x = K.Input([32, 32, 3], "image");
        var y = x >> new Conv2D(8, 7, "relu") { Strides = 2, Padding = "same" } >> new MaxPooling2D(3) { Strides = 2, Padding = "same" };
        for (var i = 0; i < 2; i++)
            y = new Concatenate().Apply(
                y >> new Conv2D(4, 1, "relu"),
                y >> new Conv2D(3, 1, "relu") >> new Conv2D(4, 3, "relu") { Padding = "same" },
                y >> new Conv2D(2, 1, "relu") >> new Conv2D(4, 5, "relu") { Padding = "same" },
                y >> new MaxPooling2D(3) { Strides = 1, Padding = "same" } >> new Conv2D(4, 1, "relu"));
        return new(x, y >> new AveragePooling2D(3) { Strides = 2, Padding = "same" } >> new GlobalAveragePooling2D() >> new Dense(5, "softmax")) { Seed = 1 };
    }

    static Model Ncf()
    {
        var (user, item) = (K.Input([1], "user", DType.Int32), K.Input([1], "item", DType.Int32));
        var (mlpUser, mlpItem) = (user >> new Embedding(11, 6) >> new Flatten(), item >> new Embedding(7, 6) >> new Flatten());
        var (gmfUser, gmfItem) = (user >> new Embedding(11, 4) >> new Flatten(), item >> new Embedding(7, 4) >> new Flatten());
        var deep = new Concatenate().Apply(mlpUser, mlpItem) >> new Dense(12, "relu") >> new Dense(6, "relu");
        return new(new[] { user, item }, new Concatenate().Apply(gmfUser * gmfItem, deep) >> new Dense(2, "softmax")) { Seed = 1 };
    }

    static Model Transformer()
    {
        var tokens = K.Input([6], "tokens", DType.Int32);
        var x = tokens >> new Embedding(50, 16);
        for (var i = 0; i < 2; i++)
        {
            x = x + new MultiHeadAttention(2, 8).Apply(x, x) >> new LayerNormalization();
            x = x + (x >> new Dense(32, "gelu") >> new Dense(16)) >> new LayerNormalization();
        }
        return new(tokens, x >> new Dense(50, "softmax")) { Seed = 1 };
    }
}
