using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Collections;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Graph.Flow;

/// <summary>
/// Real graphs, damaged: each is read, and run where it can be read, or ends in an exception of ours, soon and without taking all memory. A sample; <c>ZOO_FULL=1</c> tries
/// 2,000. A mutation is known by its number, which <c>ZOO_HOSTILE</c> names to try it alone.
/// </summary>
[Category("Hostile"), Category("Models"), NonParallelizable]
sealed class HostileTests
{
    const int All = 2000, Sampled = 250;

    // What reading may allocate in all, beside what the file takes: what repeated values may grow to (TensorReader.MaxFilled), and as much for shape arithmetic. A run takes what its values need.
    const long Memory = 512L << 20;
    static readonly TimeSpan Time = TimeSpan.FromSeconds(20);

    static readonly string[] kinds = ["bit flips", "cut short", "a circle", "unknown op", "other op", "input left out", "input doubled", "inputs swapped", "input of another", "output that is not there", "huge size", "huge constant", "negative size", "other dtype", "attribute left out", "attribute of another", "name given twice", "node left out",
        "function left out", "function that calls itself", "function of another", "result of another", "wild number"];

    static readonly Lazy<(string Name, byte[] Bytes)[]> files = new(() => [.. Sources()]);

    static IEnumerable<(string Name, byte[] Bytes)> Sources()
    {
        foreach (var (name, graph) in ModelOpsTests.Graphs())
        {
            // Weights are most of a file's bytes, and say nothing of its structure.
            foreach (var tensor in graph.Node.Concat(graph.Library?.Function.SelectMany(f => f.NodeDef) ?? []).SelectMany(n => n.Attr.Values).Select(a => a.Tensor).OfType<TensorProto>())
                if (tensor.TensorContent.Length > 256) tensor.TensorContent = ByteString.Empty;
            if (graph.Node.Count < 3000) yield return (name, graph.ToByteArray());
        }
        foreach (var sample in OldFlowTests.Samples())
        {
            var old = new OldGraph();
            sample.Build(old);
            yield return (sample.Name, old.Graph.ToByteArray());
            yield return (sample.Name + ", as functions", GraphDefReader.Read(old.Graph).Write().ToByteArray());
        }
    }

    [Test]
    public void Every_mutation_ends_well()
    {
        var only = Environment.GetEnvironmentVariable("ZOO_HOSTILE") is { Length: > 0 } one ? int.Parse(one, System.Globalization.CultureInfo.InvariantCulture) : (int?)null;
        var numbers = only is { } n ? [n] : Enumerable.Range(0, All).Where(i => Environment.GetEnvironmentVariable("ZOO_FULL") == "1" || i % (All / Sampled) == 0).ToArray();
        var (counts, failures) = (new SortedDictionary<string, (int Passed, int Total, int Read, int Ran)>(StringComparer.Ordinal), new List<string>());
        long most = 0;
        TimeSpan longest = default;
        foreach (var number in numbers)
        {
            var (what, bytes) = Mutation(number);
            var worked = Environment.CpuUsage.TotalTime;
            var (read, ran, memory, problem) = Try(bytes);
            var took = Environment.CpuUsage.TotalTime - worked;
            if (took > Time) problem ??= $"it took {took.TotalSeconds:F1} s of processor time";
            if (memory > Memory + 80L * bytes.Length) problem ??= $"reading allocated {memory >> 20} MB";
            (most, longest) = (Math.Max(most, memory), took > longest ? took : longest);
            var kind = kinds[number % kinds.Length];
            var old = counts.GetValueOrDefault(kind);
            counts[kind] = (old.Passed + (problem is null ? 1 : 0), old.Total + 1, old.Read + (read ? 1 : 0), old.Ran + (ran ? 1 : 0));
            if (problem is not null) failures.Add($"{number}: {what}: {problem}");
        }
        foreach (var (kind, (passed, total, read, ran)) in counts)
        {
            TestContext.Out.WriteLine($"{kind}: {passed} of {total}, {read} could be read, {ran} ran");
            Report.Add("hostile", kind, passed, total);
        }
        using var process = Process.GetCurrentProcess();
        TestContext.Out.WriteLine($"{numbers.Length} mutations of {files.Value.Length} files; at most {most >> 20} MB allocated by reading one and {longest.TotalSeconds:F1} s of processor time by one; peak of the process {process.PeakWorkingSet64 >> 20} MB");
        Assert.That(string.Join("\n", failures), Is.Empty);
        if (only is null) Assert.That(counts.Values.Sum(c => c.Total - c.Read), Is.GreaterThan(numbers.Length / 4), "mutations that nothing notices test nothing");
    }

    /// <summary>Whether it could be read and run, the bytes that reading allocated, and what went wrong that is no clear exception.</summary>
    static (bool Read, bool Ran, long Memory, string? Problem) Try(byte[] bytes)
    {
        var (read, before, memory) = (false, GC.GetAllocatedBytesForCurrentThread(), 0L);
        try
        {
            ImportedGraph graph;
            try
            {
                graph = GraphDefReader.Read(bytes);
            }
            finally
            {
                memory = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            read = true;
            Run(graph);
            return (true, true, memory, null);
        }
        catch (Exception e) when (e is GraphException or ShapeException or EngineException or OperationCanceledException || e is ArgumentException && read)
        {
            return (read, false, memory, e is OperationCanceledException || e.Message.Contains(": ", StringComparison.Ordinal) && e.Message.Length < 8000 ? null : $"the message '{e.Message}'");
        }
        catch (Exception e)
        {
            return (read, false, memory, e.ToString());
        }
    }

    /// <summary>What the last nodes give, for inputs of ones; unknown sizes are 2. It may be stopped: a loop that a file makes endless is not ours to end.</summary>
    static void Run(ImportedGraph graph)
    {
        var inputs = graph.Placeholders.ToArray();
        var last = graph.Nodes.Where(n => n.Outputs.Length > 0 && n.Outputs.All(o => o.DType is not (DType.Resource or DType.Variant)) && n.Op != StateOps.Placeholder).Select(n => n.Name!).TakeLast(3).ToArray();
        var program = graph.Program(inputs.Select(i => i.Node.Name!), last);
        foreach (var p in graph.Parameters)
            if (p.Shape.Elements < 1 << 20) p.Value = NDArray.Zeros(p.Shape, p.DType);
        var feeds = new NDArray[inputs.Length];
        for (var i = 0; i < feeds.Length; i++)
        {
            var shape = inputs[i].Shape.HasRank ? Shape.Create([.. inputs[i].Shape.Select(d => d < 0 ? 2 : d)]) : Shape.Create([2, 3]);
            if (shape.Elements > 1 << 20) throw new OperationCanceledException();
            feeds[i] = inputs[i].DType is DType.String || inputs[i].DType.IsComplex() || inputs[i].DType is DType.Resource or DType.Variant ? NDArray.Zeros(shape, DType.String) : NDArray.Full(shape, 1, inputs[i].DType);
        }
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var session = Engines.Find("embedded").Compile(program);
        session.Run(feeds, new NDArray?[last.Length], stop.Token);
    }

    /// <summary>A file with something done to it; the same for the same number.</summary>
    static (string What, byte[] Bytes) Mutation(int number)
    {
        var random = new Random(20260000 + number);
        var (name, bytes) = files.Value[random.Next(files.Value.Length)];
        var kind = kinds[number % kinds.Length];
        var what = $"{kind} in {name}";
        if (kind == "bit flips")
        {
            bytes = (byte[])bytes.Clone();
            for (var i = random.Next(1, 12); i > 0; i--) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            return (what, bytes);
        }
        if (kind == "cut short") return (what, bytes[..random.Next(bytes.Length)]);
        var graph = GraphDef.Parser.ParseFrom(bytes);
        for (var i = random.Next(1, 4); i > 0; i--) Change(graph, kind, random);
        return (what, graph.ToByteArray());
    }

    static void Change(GraphDef graph, string kind, Random random)
    {
        T? Any<T>(IEnumerable<T> from) where T : class => from.ToArray() is { Length: > 0 } list ? list[random.Next(list.Length)] : null;
        var functions = graph.Library?.Function ?? [];
        var nodes = functions.Count > 0 && random.Next(2) == 0 ? Any(functions)!.NodeDef : graph.Node;
        if (nodes.Count == 0) nodes = graph.Node;
        var node = Any(nodes)!;
        var user = Any(nodes.Where(n => n.Input.Count > 0));
        var other = Any(nodes)!;
        var function = Any(functions);
        var tensor = Any(nodes.SelectMany(n => n.Attr.Values).Select(a => a.Tensor).Where(t => t is not null));
        long[] sizes = [long.MaxValue, 1L << 31, 1L << 33, 1L << 62, 100_000_000, -1, -2, long.MinValue, 0];
        switch (kind)
        {
            case "a circle": user?.Input[random.Next(user.Input.Count)] = Any(nodes.Where(n => n.Input.Any(i => i.Split(':')[0].TrimStart('^') == user.Name)))?.Name ?? user.Name; break;
            case "unknown op": node.Op = "Foo" + node.Op; break;
            case "other op": node.Op = other.Op; break;
            case "input left out": user?.Input.RemoveAt(random.Next(user.Input.Count)); break;
            case "input doubled": user?.Input.Add(Any(user.Input)); break;
            case "inputs swapped" when user is { Input.Count: > 1 }: (user.Input[0], user.Input[^1]) = (user.Input[^1], user.Input[0]); break;
            case "input of another": user?.Input[random.Next(user.Input.Count)] = other.Name; break;
            case "output that is not there": user?.Input[0] = $"{user.Input[0].Split(':')[0]}:{(random.Next(2) == 0 ? int.MaxValue : random.Next(9))}"; break;
            case "huge size" or "negative size" when tensor is not null:
                tensor.TensorShape ??= new();
                for (var i = random.Next(1, 4); i > 0; i--) tensor.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = kind == "huge size" ? sizes[random.Next(5)] : -random.NextInt64(9) });
                break;
            case "huge constant" when tensor is not null:
                tensor.TensorContent = ByteString.Empty;
                tensor.TensorShape = new();
                tensor.TensorShape.Dim.Add(new TensorShapeProto.Types.Dim { Size = random.Next(1 << 22, 1 << 28) });
                break;
            case "other dtype": Any(node.Attr.Values.Where(a => a.ValueCase == AttrValue.ValueOneofCase.Type))?.Type = (DataType)random.Next(0, 30); break;
            case "attribute left out": if (Any(node.Attr.Keys) is { } key) node.Attr.Remove(key); break;
            case "attribute of another": if (Any(node.Attr.Keys) is { } mine && Any(other.Attr.Values) is { } theirs) node.Attr[mine] = theirs.Clone(); break;
            case "name given twice": node.Name = other.Name; break;
            case "node left out": nodes.Remove(node); break;
            case "function left out": if (function is not null) functions.Remove(function); break;
            case "function that calls itself" when function is { NodeDef.Count: > 0 }: (Any(function.NodeDef)!.Op, _) = (function.Signature.Name, 0); break;
            case "function of another": Any(nodes.Concat(functions.SelectMany(f => f.NodeDef)).SelectMany(n => n.Attr.Values).Where(a => a.Func is not null))?.Func.Name = Any(functions)?.Signature.Name ?? "f"; break;
            case "result of another" when function is { Ret.Count: > 0 }: function.Ret[Any(function.Ret.Keys)!] = $"{Any(function.NodeDef)?.Name ?? "x"}:{random.Next(3)}"; break;
            case "wild number": Wild(nodes, random, sizes); break;
            default: node.Op = other.Op; break;
        }
    }

    /// <summary>A number somewhere among the attributes and values: axes, strides, sizes.</summary>
    static void Wild(RepeatedField<NodeDef> nodes, Random random, long[] sizes)
    {
        var wild = sizes[random.Next(sizes.Length)];
        var places = nodes.SelectMany(n => n.Attr.Values).Where(a => a.ValueCase == AttrValue.ValueOneofCase.I || a.List?.I.Count > 0 || a.Tensor is { } t && (t.IntVal.Count > 0 || t.Int64Val.Count > 0 || t.TensorContent.Length is > 0 and <= 64)).ToArray();
        if (places.Length == 0) return;
        var at = places[random.Next(places.Length)];
        if (at.ValueCase == AttrValue.ValueOneofCase.I) at.I = wild;
        else if (at.List is { } list) list.I[random.Next(list.I.Count)] = wild;
        else if (at.Tensor.IntVal.Count > 0) at.Tensor.IntVal[0] = unchecked((int)wild);
        else if (at.Tensor.Int64Val.Count > 0) at.Tensor.Int64Val[0] = wild;
        else
        {
            var content = at.Tensor.TensorContent.ToByteArray();
            for (var i = 0; i < Math.Min(8, content.Length); i++) content[i] = (byte)(wild >> (8 * i));
            at.Tensor.TensorContent = ByteString.CopyFrom(content);
        }
    }
}
