using System.Text.Json;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Keras;
using Zoo.Transfer;

namespace Zoo.Benchmarks.Jobs;

/// <summary>What the other peers of a job start from, in a folder: the GraphDef of the step, the first values of all variables, an ONNX file. So all begin with the same weights.</summary>
internal sealed record JobFiles(string Folder)
{
    /// <summary>The names in the graph: what is fed, what is fetched, what is run besides.</summary>
    internal sealed record Names(string[] Feeds, string Fetch, string? Target);

    string Graph => Path.Combine(Folder, "step.pb");
    string Weights => Path.Combine(Folder, "weights.safetensors");
    internal string Onnx => Path.Combine(Folder, "net.onnx");

    internal static JobFiles Write(Job job, string folder)
    {
        var files = new JobFiles(Directory.CreateDirectory(folder).FullName);
        var model = job.Model();
        var program = Job.Step(model);
        var written = GraphDefWriter.Write(program);
        using (var stream = File.Create(files.Graph)) GraphDefFile.Save(written.Graph, stream);
        SafeTensors.Save(files.Weights, program.Parameters().Concat(model.Weights).Distinct().Select(p => KeyValuePair.Create(p.Path, p.Value)));
        File.WriteAllText(Path.Combine(folder, "names.json"), JsonSerializer.Serialize(new Names(written.Feeds, written.Fetches[0], written.Train)));
        if (!job.Trains) model.SaveOnnx(files.Onnx, job.Batch);
        return files;
    }

    internal GraphDef ReadGraph() => GraphDefFile.Load(Graph);

    internal Names ReadNames() => JsonSerializer.Deserialize<Names>(File.ReadAllText(Path.Combine(Folder, "names.json")))!;

    internal Dictionary<string, Autograd.NDArray> ReadWeights() => SafeTensors.Load(Weights);
}
