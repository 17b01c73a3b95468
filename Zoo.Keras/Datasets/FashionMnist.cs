namespace Zoo.Keras.Datasets;

/// <summary>Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 60,000 and 10,000 pictures of clothes, 28 x 28 bytes each, in 10 classes.</summary>
public static class FashionMnist
{
    static readonly DataFile[] Files =
    [
        new("train-images-idx3-ubyte.gz", "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84") { Remote = "train-images-idx3-ubyte.gz" },
        new("train-labels-idx1-ubyte.gz", "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845") { Remote = "train-labels-idx1-ubyte.gz" },
        new("t10k-images-idx3-ubyte.gz", "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073") { Remote = "t10k-images-idx3-ubyte.gz" },
        new("t10k-labels-idx1-ubyte.gz", "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5") { Remote = "t10k-labels-idx1-ubyte.gz" },
    ];

    /// <summary>The classes; a label is a place in them.</summary>
    public static IReadOnlyList<string> LabelNames { get; } = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>Pictures as uint8 [n, 28, 28] and labels as uint8 [n], for training and for testing.</summary>
    /// <exception cref="IOException">The files are nowhere to be had; the message says what was tried and where to put them.</exception>
    public static ((NDArray X, NDArray Y) Train, (NDArray X, NDArray Y) Test) Load() => Mnist.Read(DataFolder.Get("fashion-mnist", Files, [TextSequences.Mirror]), Files);
}
