using Zoo.Autograd.Graph;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

public partial class Model
{
    /// <summary>
    /// Writes the training step as a TensorFlow graph with the weights, the optimizer's memory and the step's count: TensorFlow's runtime trains it alone.
    /// Run the target <c>init</c> once, then <c>train</c>; feed the inputs by name, <c>y</c> and <c>lr</c>; fetch <c>loss</c>. <see cref="TrainingStep"/> reads it too.
    /// </summary>
    /// <param name="path">The file; text where it ends in .pbtxt.</param>
    /// <exception cref="InvalidOperationException">Compile was not called.</exception>
    public void ExportTrainingStep(string path)
    {
        var (program, fetches) = Exported("ExportTrainingStep");
        var graph = ExportedStep.Write(program, fetches);
        AtomicFile.Write(path, stream => GraphDefFile.Save(graph, stream, path.EndsWith(".pbtxt", StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Takes weights, the optimizer's memory and the step's count from an exported training step of a model like this, and goes on from there.</summary>
    /// <exception cref="GraphException">The file is damaged, or it is the step of another model; then nothing has changed.</exception>
    public void ImportTrainingStep(string path)
    {
        var mine = Exported("ImportTrainingStep").Program.Parameters();
        var theirs = ExportedStep.Read(GraphDefReader.Load(path)).Program.Parameters().ToDictionary(p => p.Path);
        var wrong = mine.Where(p => theirs.GetValueOrDefault(p.Path) is not { } other || other.Shape != p.Shape || other.DType != p.DType).Select(p => $"{p}").Concat(theirs.Keys.Except(mine.Select(p => p.Path))).ToArray();
        if (wrong.Length > 0)
            throw new GraphException($"ImportTrainingStep: '{path}' is the step of another model: {wrong.Length} variables differ: {string.Join(", ", wrong.Take(10))}{(wrong.Length > 10 ? ", …" : "")}. Expected the same layers and optimizer. Build and compile the model as it was exported.");
        foreach (var p in mine) p.Value = theirs[p.Path].Value;
    }

    /// <summary>How many TensorFlow ops of each kind a training step has as the model stands now; what is frozen has no gradient.</summary>
    /// <exception cref="InvalidOperationException">Compile was not called.</exception>
    public IReadOnlyDictionary<string, int> TrainingOps() => Exported("TrainingOps").Program.Nodes().CountBy(n => n.Op.Name).ToDictionary();

    internal (Program Program, string[] Fetches) Exported(string caller)
    {
        var compiled = Ready(caller);
        _ = Layers;   // a Sequential whose input is known is built when it is asked for them
        return compiled.Exported();
    }
}
