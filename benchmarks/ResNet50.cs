using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks;

/// <summary>ResNet-50 (He and others, 2015) in the form of Keras' applications: strides in the first convolution of a block.</summary>
internal static class ResNet50
{
    internal const double Epsilon = 1.001e-5;

    /// <summary>The blocks by name, with their filters, the stride of the first convolution, and whether the shortcut has one.</summary>
    internal static IEnumerable<(string Name, int Filters, int Stride, bool Project)> Blocks =>
        from stage in new (string Name, int Filters, int Blocks, int Stride)[] { ("a", 64, 3, 1), ("b", 128, 4, 2), ("c", 256, 6, 2), ("d", 512, 3, 2) }
        from block in Enumerable.Range(1, stage.Blocks)
        select ($"{stage.Name}{block}", stage.Filters, block == 1 ? stage.Stride : 1, block == 1);

    internal static Model Make(int size, int classes = 1000)
    {
        var image = K.Input([size, size, 3], "image");
        var x = Normed(image >> new ZeroPadding2D(3), "stem", 64, 7, 2) >> new Activation("relu") >> new ZeroPadding2D(1) >> new MaxPooling2D(3) { Strides = 2 };
        foreach (var (name, filters, stride, project) in Blocks)
        {
            var shortcut = project ? Normed(x, name + "_0", 4 * filters, 1, stride) : x;
            x = Normed(x, name + "_1", filters, 1, stride) >> new Activation("relu");
            x = Normed(x, name + "_2", filters, 3, 1) >> new Activation("relu");
            x = new Add().Apply(shortcut, Normed(x, name + "_3", 4 * filters, 1, 1)) >> new Activation("relu");
        }
        return new(image, x >> new GlobalAveragePooling2D() >> new Dense(classes, "softmax") { Name = "classes" }) { Seed = 1 };
    }

    static Variable Normed(Variable x, string name, int filters, int size, int stride) =>
        x >> new Conv2D(filters, size) { Strides = stride, Padding = size == 3 ? "same" : "valid", Name = name } >> new BatchNormalization(epsilon: Epsilon) { Name = name + "_bn" };
}
