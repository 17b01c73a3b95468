using System.Numerics.Tensors;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;
using Zoo.Autograd.Engine.Torch;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Benchmarks.Jobs;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Benchmarks;

/// <summary>
/// An LSTM or a GRU (Keras' own, <c>reset_after</c>) forward and backward: from a given gradient for all its results to those for inputs, both kernels and biases. Sequences are [steps, batch, …], as
/// every peer likes them best. The inputs are fed: what depends on variables alone an engine may keep from step to step.
/// </summary>
internal sealed class LstmJob(bool gru = false)
{
    internal const int Steps = 200, Batch = 32, Inputs = 128, Units = 128;

    /// <summary>The jobs' names among those of peers, and who runs each: oneDNN's layer in libtorch is an LSTM alone.</summary>
    internal static readonly Dictionary<string, string[]> Jobs = new() { ["recurrence"] = ["embedded", "body", "tensorflow", "onednn"], ["gru"] = ["embedded", "body", "tensorflow"] };

    readonly int gates = gru ? 3 : 4;

    internal NDArray X { get; } = Noise("x", 1, Steps, Batch, Inputs).Value;
    internal Parameter Kernel { get; } = Noise("kernel", 0.1, Inputs, (gru ? 3 : 4) * Units);
    internal Parameter Recurrent { get; } = Noise("recurrent", 0.1, Units, (gru ? 3 : 4) * Units);
    internal Parameter Bias { get; } = Noise("bias", 0.1, (gru ? 3 : 4) * Units);
    internal Parameter Inner { get; } = Noise("inner", 0.1, Units);
    internal Parameter Gradient { get; } = Noise("gradient", 0.01, Steps, Batch, Units);

    /// <summary>The sum of the last results, which tells whether the peers agree, and the gradients.</summary>
    internal Autograd.Graph.Program Program
    {
        get
        {
            var x = StateOps.Input("x", X.Shape, X.DType);
            var projected = A.Reshape(A.BiasAdd(A.MatMul(A.Reshape(x, [Steps * Batch, Inputs]), Kernel), Bias), [Steps, Batch, gates * Units]);
            var zeros = A.Constant(NDArray.Zeros([Batch, Units]));
            var states = (gru ? GruOps.Gru.Call([projected, Recurrent, Inner, zeros], Attrs.None) : RecurrentOps.Lstm.Call([projected, Recurrent, zeros, zeros], Attrs.None)).Outputs[0];
            Parameter[] weights = [Kernel, Recurrent, Bias, .. gru ? [Inner] : Array.Empty<Parameter>()];
            var gradients = Gradients.Of([RecurrentOps.After(states, reverse: false)], [x, .. weights.Select(w => w.Variable)], [Gradient.Variable]);
            return new() { Name = gru ? "gru" : "lstm", Feeds = [x], Fetches = [A.Sum(RecurrentOps.Last(states, reverse: false)), .. gradients!] };
        }
    }

    /// <summary>A peer by its name.</summary>
    internal static IPeer Find(string kind, string job, int threads) => kind switch
    {
        "embedded" => new Session(Named(job), bodies: false),
        "body" => new Session(Named(job), bodies: true),
        "tensorflow" => new Peer(Named(job), threads),
        "onednn" when job == "recurrence" => new OneDnnLstm(new()),
        _ => throw new ArgumentException($"benchmarks: the job {job} has no peer '{kind}'. Expected one of {string.Join(", ", Jobs[job])}."),
    };

    internal static LstmJob Named(string job) => new(job == "gru");

    static Parameter Noise(string name, double scale, params long[] dims)
    {
        var random = new Random(name.Length + name[0]);
        var data = new float[Shape.Create(dims).Elements];
        for (var i = 0; i < data.Length; i++) data[i] = (float)((random.NextDouble() * 2 - 1) * scale);
        return new(NDArray.From(data, Shape.Create(dims)), name);
    }

    /// <summary>A program with the recurrences' bodies in their place.</summary>
    sealed class Bodies : Lowering
    {
        internal static Autograd.Graph.Program Of(Autograd.Graph.Program program)
        {
            var fetches = new Bodies().Lower(program.Fetches);
            return new() { Name = program.Name, Feeds = program.Feeds, Fetches = fetches };
        }

        protected override Variable[] Step(Node node, Variable[] inputs) => node.Op.Body is { } body && node.Op != ScanOps.Scan ? body(node, inputs) : base.Step(node, inputs);
    }

    sealed class Session(LstmJob job, bool bodies) : IPeer
    {
        readonly TorchSession session = (TorchSession)new TorchEngine().Compile(bodies ? Bodies.Of(job.Program) : job.Program);
        readonly NDArray?[] fetched = new NDArray?[job.Program.Fetches.Length];

        public double Step()
        {
            session.Run([job.X], fetched);
            return fetched[0]!.AsSpan<float>()[0];
        }
    }

    sealed class Peer : IPeer
    {
        readonly TensorFlowGraph graph;
        readonly TfOutput[] feeds, fetches;
        readonly NDArray[] fed;
        readonly NDArray?[] fetched;

        internal Peer(LstmJob job, int threads)
        {
            var program = job.Program;
            var written = GraphDefWriter.Write(program);
            graph = new(TensorFlowGraph.Threads(threads, threads));
            var start = program.Parameters().Select((p, i) => TensorFlowPeer.Add(written.Graph, "AssignVariableOp", $"start/{i}", [Handle(written.Graph, p), TensorFlowPeer.Add(written.Graph, "Const", $"start/{i}/value", [], ("value", p.Value), ("dtype", p.DType))], ("dtype", p.DType))).ToArray();
            graph.Import(written.Graph);
            graph.Run([], [], [], [], Array.ConvertAll(start, graph.Operation));
            (feeds, fed) = (Array.ConvertAll(written.Feeds, graph.Output), [job.X]);
            fetches = Array.ConvertAll(written.Fetches, graph.Output);
            fetched = new NDArray?[fetches.Length];
        }

        static string Handle(GraphDef graph, Parameter p) => graph.Node.First(n => n.Op == "VarHandleOp" && TensorFlowPeer.Path(n) == p.Path).Name;

        public double Step()
        {
            graph.Run(feeds, fed, fetches, fetched, []);
            return fetched[0]!.AsSpan<float>()[0];
        }
    }

    /// <summary>oneDNN's recurrent layer called straight through libtorch's C ABI. Its kernels are Keras', transposed.</summary>
    sealed unsafe class OneDnnLstm(LstmJob job) : IPeer
    {
        static readonly TorchOp forward = new("aten::mkldnn_rnn_layer"), backward = new("aten::mkldnn_rnn_layer_backward");
        const int Mode = 2;   // LSTM
        nint[]? tensors;

        public double Step()
        {
            double sum = 0;
            EngineThreads.Run(() => sum = Once());
            return sum;
        }

        double Once()
        {
            tensors ??= [.. new[] { job.X, Transposed(job.Kernel.Value), Transposed(job.Recurrent.Value), job.Bias.Value, NDArray.Zeros(job.Bias.Shape), NDArray.Zeros([Batch, Units]), NDArray.Zeros([Batch, Units]), job.Gradient.Value }.Select(TorchArrays.From)];
            Span<ulong> stack = stackalloc ulong[24];
            var call = new TorchCall(stack);
            for (var i = 0; i < 7; i++) call.Tensor(tensors[i]);
            call.Bool(false);
            call.Ints([]);
            foreach (var number in (int[])[Mode, Units, 1]) call.Int(number);
            foreach (var flag in (bool[])[true, false, false, true]) call.Bool(flag);   // biases, both ways, batch first, training
            call.Run(forward);
            nint y = call.Result(0), last = call.Result(1), memory = call.Result(2), kept = call.Result(3);
            var sum = TensorPrimitives.Sum(new ReadOnlySpan<float>(TorchTensor.Data(last), Batch * Units));

            call = new TorchCall(stack);
            for (var i = 0; i < 7; i++) call.Tensor(tensors[i]);
            foreach (var result in (nint[])[y, last, memory]) call.Tensor(result);
            call.OptionalTensor(tensors[7]);
            call.OptionalTensor(tensors[5]);
            call.OptionalTensor(tensors[6]);
            call.Bool(false);
            foreach (var number in (int[])[Mode, Units, 1]) call.Int(number);
            foreach (var flag in (bool[])[true, true, false]) call.Bool(flag);   // biases, training, both ways
            call.Ints([]);
            call.Bool(false);
            call.Tensor(kept);
            call.Run(backward);
            for (var i = 0; i < 7; i++) TorchTensor.Delete(call.Result(i));
            foreach (var result in (nint[])[y, last, memory, kept]) TorchTensor.Delete(result);
            return sum;
        }

        static NDArray Transposed(NDArray matrix)
        {
            var (rows, columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
            var from = matrix.AsSpan<float>();
            var result = new float[matrix.Count];
            for (var i = 0; i < result.Length; i++) result[i] = from[i % rows * columns + i / rows];
            return NDArray.From(result, [columns, rows]);
        }
    }
}
