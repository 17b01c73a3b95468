using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;

namespace Zoo.Autograd.Graph;

/// <summary>
/// A training step as a GraphDef that TensorFlow's runtime runs alone. Variables have their weight's path as shared_name. Run the target <c>init</c>
/// once: it assigns the values of now. Then run <c>train</c>, feeding inputs by their names and fetching <c>loss</c> and the metrics.
/// Each assignment waits for one NoOp behind everything that can fail.
/// </summary>
internal static class ExportedStep
{
    internal const string Init = "init", Train = "train", Loss = "loss";
    internal const string Feeds = "_zoo_feeds", Fetches = "_zoo_fetches", Trainable = "_zoo_trainable", Default = "_zoo_default";

    /// <summary>The step with all values; <paramref name="fetches"/> names the program's fetches, of which one is <c>loss</c>.</summary>
    internal static GraphDef Write(Program program, IReadOnlyList<string> fetches)
    {
        if (program.Updates.Length == 0) throw new GraphException("ExportTrainingStep: the program changes no variable. Expected a training step: compile the model with an optimizer, and leave some weights trainable.");
        if (fetches.Count != program.Fetches.Length || !fetches.Contains(Loss)) throw new GraphException($"ExportTrainingStep: {fetches.Count} names are given for {program.Fetches.Length} fetches: {string.Join(", ", fetches)}. Expected one each, and '{Loss}' among them.");
        var parameters = program.Parameters();
        Check(parameters);
        program = Portable.For(program);
        var writer = new GraphDefWriter(p => p.Path);
        foreach (var name in fetches.Append(Init).Append(Train))
            if (GraphDefWriter.Clean(name) != name || !writer.Reserve(name)) throw Taken("fetch", name);
        foreach (var feed in program.Feeds)
            if (feed.Node.Name is not { } name || GraphDefWriter.Clean(name) != name || !writer.Name(feed.Node, name)) throw Taken("input", feed.Node.Name ?? "");
        writer.AddNodes(program);
        for (var i = 0; i < fetches.Count; i++) writer.Add("Identity", fetches[i], [writer.Port(program.Fetches[i])], ("T", program.Fetches[i].DType));
        writer.Assignments(program, "train/ready", p => "train/" + p.Path, Train);
        var inits = parameters.Select(p =>
        {
            var value = writer.Add("Const", $"init/{p.Path}/value", [], ("dtype", p.DType), ("value", p.Value));
            return "^" + writer.Add("AssignVariableOp", "init/" + p.Path, [writer.Handle(p), value], ("dtype", p.DType));
        });
        writer.Add("NoOp", Init, [.. inits, .. writer.FillTables("init").Select(n => "^" + n)]);
        var nodes = writer.Graph.Node.ToDictionary(n => n.Name);
        nodes[Train].Attr[Feeds] = AttrWriter.Write((object)program.Feeds.Select(f => f.Node.Name!).ToArray());
        nodes[Train].Attr[Fetches] = AttrWriter.Write((object)fetches.ToArray());
        foreach (var p in parameters) nodes[writer.Handle(p)].Attr[Trainable] = AttrWriter.Write(p.Trainable);
        return writer.Graph;
    }

    static void Check(Parameter[] parameters)
    {
        var bytes = parameters.Sum(p => p.Shape.Elements * p.DType.Size());
        if (bytes > int.MaxValue - (64L << 20)) throw new GraphException($"ExportTrainingStep: the weights and slots take {bytes >> 20} MB. Expected less than 2 GB, which is protobuf's limit.");
        foreach (var same in parameters.GroupBy(p => p.Path).Where(g => g.Count() > 1))
            throw new GraphException($"ExportTrainingStep: {same.Count()} variables have the path '{same.Key}'. Expected a path of its own for each, for TensorFlow knows them by it. Name their layers differently.");
    }

    static GraphException Taken(string what, string name) =>
        new($"ExportTrainingStep: the {what} '{name}' cannot have that name in TensorFlow's graph. Expected a name of letters, digits, '.', '/', '-' and '_' that no other input or fetch has, and not '{Init}' or '{Train}'. Name it differently.") { Node = name };

    /// <summary>Reads a step: its program, with Parameters that hold the values of <c>init</c>.</summary>
    internal static (Program Program, string[] Fetches) Read(ImportedGraph graph)
    {
        var train = graph.Node(Train);
        var feeds = train.Attrs[Feeds] as string[] ?? [.. graph.Placeholders.Select(p => p.Node.Name!)];
        var fetches = train.Attrs[Fetches] as string[] ?? [Loss];
        var program = graph.Program(feeds, fetches, Train);
        if (program.Updates.Length == 0) throw new GraphException($"TrainingStep: the target '{Train}' assigns nothing. Expected assignments of variables before it.") { Node = Train };
        var values = graph.Program([], [], Init).Updates.ToDictionary(u => u.Target, u => u.Value);
        var parameters = program.Parameters();
        if (parameters.Where(p => !values.ContainsKey(p)).Select(p => p.Path).ToArray() is { Length: > 0 } without)
            throw new GraphException($"TrainingStep: the target '{Init}' gives no value to {string.Join(", ", without)}. Expected a value for every variable of '{Train}'.") { Node = Init };
        foreach (var p in parameters)
        {
            var value = ShapeValues.Constant(values[p]) ?? throw new GraphException($"TrainingStep: '{Init}' assigns {values[p]} to '{p.Path}'. Expected a constant.") { Node = Init };
            p.Value = value;
        }
        return (new() { Name = Train, Feeds = program.Feeds, Fetches = Array.ConvertAll(program.Fetches, Bare), Updates = program.Updates }, fetches);
    }

    /// <summary>A fetch without the node that only names it.</summary>
    static Variable Bare(Variable fetch) => fetch.Node.Op == ArrayOps.Identity ? fetch.Node[0] : fetch;

    /// <summary>The program with an input in place of a variable that it only reads, such as the learning rate; its value of now is the input's default.</summary>
    internal static Program Feed(Program program, Parameter parameter, string name)
    {
        var input = StateOps.Placeholder.Call([], Attrs.Of(("dtype", parameter.DType), ("shape", parameter.Shape), (Default, parameter.Value)), name).Out;
        var lowering = new Lowering();
        lowering.Bind(parameter.Variable, input);
        var fetches = lowering.Lower(program.Fetches);
        var values = lowering.Lower([.. program.Updates.Select(u => u.Value)]);
        return new() { Name = program.Name, Feeds = [.. program.Feeds, input], Fetches = fetches, Updates = [.. program.Updates.Zip(values, (u, v) => (u.Target, v))] };
    }

    /// <summary>
    /// The program with its input <paramref name="feed"/> (the number of the step, from 1) computed from a variable that counts the steps done: an exported step
    /// counts by itself.
    /// </summary>
    internal static Program Count(Program program, Variable feed, Parameter counter)
    {
        var next = AutoGrad.Add(counter.Variable, StateOps.Const.Call([], ("value", NDArray.Full(counter.Shape, 1, counter.DType)), ("dtype", counter.DType)));
        var lowering = new Lowering();
        lowering.Bind(feed, feed.DType == counter.DType ? next : AutoGrad.Cast(next, feed.DType));
        return new()
        {
            Name = program.Name,
            Feeds = [.. program.Feeds.Where(f => !ReferenceEquals(f, feed))],
            Fetches = lowering.Lower(program.Fetches),
            Updates = [.. program.Updates.Zip(lowering.Lower([.. program.Updates.Select(u => u.Value)]), (u, v) => (u.Target, v)), (counter, next)],
        };
    }
}
