using Zoo.Keras;

namespace Zoo.Transfer;

/// <summary>Reads nets that other programs have made, as Analytics Zoo's <c>Net</c> does. What a file is, is seen from its first bytes, not from its name.</summary>
public static partial class Net
{
    /// <summary>Reads a model from a <c>.keras</c> file of Keras 3 or of this library.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model's graph, its nodes named as its layers and operations.</returns>
    /// <exception cref="ModelFileException">The file is missing, damaged or foreign, or names classes that are not known.</exception>
    public static GraphNet LoadKeras(string path) => GraphNet.Of(Model.Load(path, compile: false));
}
