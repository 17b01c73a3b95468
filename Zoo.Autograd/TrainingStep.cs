using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;

namespace Zoo.Autograd;

/// <summary>
/// A training step that was exported as a TensorFlow graph: it holds weights, optimizer slots and the step's count, and goes on training on either engine.
/// </summary>
/// <example><code>
/// using var step = TrainingStep.Load("step.pb");
/// var loss = step.Run(new Dictionary&lt;string, NDArray&gt; { ["x"] = x, ["y"] = y, ["lr"] = NDArray.Scalar(0.01) })["loss"].ToNumber();
/// </code></example>
public sealed class TrainingStep : IDisposable
{
    readonly Program program;
    readonly string[] fetches;
    readonly Lazy<ISession> session;

    internal TrainingStep(Program program, IReadOnlyList<string> fetches, IEngine? engine = null)
    {
        (this.program, this.fetches, Parameters) = (program, [.. fetches], program.Parameters());
        session = new(() => (engine ?? Engines.Default).Compile(program));
    }

    /// <summary>The step in a .pb or .pbtxt file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="engine"><c>embedded</c> or <c>tensorflow</c>; the process' default where it is not given.</param>
    /// <exception cref="GraphException">The file is damaged, or holds no training step.</exception>
    /// <exception cref="ImportException">It has ops that are not known; lists them all.</exception>
    public static TrainingStep Load(string path, string? engine = null) => Of(GraphDefReader.Load(path), engine);

    /// <summary>The step in a stream.</summary>
    public static TrainingStep Load(Stream stream, string? engine = null) => Of(GraphDefReader.Read(stream), engine);

    static TrainingStep Of(ImportedGraph graph, string? engine)
    {
        var (program, fetches) = ExportedStep.Read(graph);
        return new(program, fetches, engine is null ? null : Engines.Find(engine));
    }

    /// <summary>The names under which values are given.</summary>
    public IReadOnlyList<string> Feeds => [.. program.Feeds.Select(f => f.Node.Name!)];

    /// <summary>The names of what a run gives; <c>loss</c> is among them.</summary>
    public IReadOnlyList<string> Fetches => fetches;

    /// <summary>Weights, slots and counters, by their paths.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    internal Program Program => program;

    /// <summary>One step: all variables change, or, where anything fails, none.</summary>
    /// <param name="feeds">A value for each of <see cref="Feeds"/>; the learning rate may be left out, then it is that of the export.</param>
    /// <param name="cancellationToken">Ends the step; then nothing has changed.</param>
    /// <returns>A value for each of <see cref="Fetches"/>.</returns>
    public IReadOnlyDictionary<string, NDArray> Run(IReadOnlyDictionary<string, NDArray> feeds, CancellationToken cancellationToken = default)
    {
        var names = Feeds;
        var values = names.Select((n, i) => feeds.GetValueOrDefault(n) ?? program.Feeds[i].Node.Attrs[ExportedStep.Default] as NDArray).ToArray();
        if (feeds.Keys.Except(names).Any() || Array.IndexOf(values, null) >= 0)
            throw new ArgumentException($"TrainingStep: values are given for {string.Join(", ", feeds.Keys)}. Expected {string.Join(", ", names)}.");
        var results = new NDArray?[fetches.Length];
        session.Value.Run(values!, results, cancellationToken);
        return fetches.Zip(results).ToDictionary(r => r.First, r => r.Second!);
    }

    /// <summary>Writes the step with its present values.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="text">Protobuf's text form in place of the binary one.</param>
    public void Save(Stream stream, bool text = false) => GraphDefFile.Save(ExportedStep.Write(program, fetches), stream, text);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (session.IsValueCreated) session.Value.Dispose();
    }
}
