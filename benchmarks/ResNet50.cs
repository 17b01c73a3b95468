using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Benchmarks;

/// <summary>ResNet-50 (He and others, 2015) in the form of Keras' applications: strides in the first convolution of a block.</summary>
internal static class ResNet50
{
    internal static Model Make(int size, int classes = 1000)
    {
        var image = K.Input([size, size, 3], "image");
        var x = image >> new ZeroPadding2D(3) >> new Conv2D(64, 7) { Strides = 2 } >> new BatchNormalization(epsilon: 1.001e-5) >> new Activation("relu") >> new ZeroPadding2D(1) >> new MaxPooling2D(3) { Strides = 2 };
        foreach (var (filters, blocks, stride) in new[] { (64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2) })
            for (var block = 0; block < blocks; block++) x = Block(x, filters, block == 0 ? stride : 1, project: block == 0);
        return new(image, x >> new GlobalAveragePooling2D() >> new Dense(classes, "softmax")) { Seed = 1 };
    }

    static Variable Block(Variable x, int filters, int stride, bool project)
    {
        var shortcut = project ? x >> new Conv2D(4 * filters, 1) { Strides = stride } >> new BatchNormalization(epsilon: 1.001e-5) : x;
        var y = x >> new Conv2D(filters, 1) { Strides = stride } >> new BatchNormalization(epsilon: 1.001e-5) >> new Activation("relu")
            >> new Conv2D(filters, 3) { Padding = "same" } >> new BatchNormalization(epsilon: 1.001e-5) >> new Activation("relu")
            >> new Conv2D(4 * filters, 1) >> new BatchNormalization(epsilon: 1.001e-5);
        return new Add().Apply(shortcut, y) >> new Activation("relu");
    }
}
