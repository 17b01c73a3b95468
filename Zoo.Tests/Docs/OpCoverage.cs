using System.Text;
using System.Text.RegularExpressions;
using Zoo.Autograd.Ops;

namespace Zoo.Tests.Docs;

/// <summary>Why ops of TensorFlow's list are absent: by families of names, the first that fits.</summary>
static class OpCoverage
{
    static readonly (string Pattern, string Reason)[] families =
    [
        ("Dataset|Iterator|^Optional|^Model$|MapDefun|WindowOp|WrapDatasetVariant|UnwrapDatasetVariant|GetOptions|GetElementAtIndex|MemoryCache|SeedGenerator|CompressElement|IterationCounter", "tf.data pipelines: data comes from C# sources"),
        ("Queue|Reader|Barrier|^(Uns|S)tage|^(Ordered)?Map(Stage|Unstage|Peek|Size|Clear|Incomplete)|^Ordered|RecordInput|^ReadFile|^WriteFile|MatchingFiles|^Shuffle|FilenameShard|Shard", "queues, readers and files of TensorFlow 1's input pipelines: data comes from C# sources"),
        ("Summary|Statistics|StatsAggregator|CustomAggregator|ImportEvent", "summaries: the TensorBoard callback writes events"),
        ("TPU|Tpu|Xla|Infeed|Outfeed|Prelinearize|Minibatch|DedupData|Embedding(s)?Activations|^EnqueueTPU|PhysicalReplica|UpdateTaskIdAndGlobalCoreArray|SyncDevice|GlobalIterId|StochasticCastToInt|FDO|InFdo|TopKUnique|TopKWithUnique|MakeUnique", "accelerators that this project does not run on"),
        ("Collective|Nccl|DTensor|AllToAll|CrossReplica|^_?Send|^_?Recv|Relayout|CopyToMesh|^Rpc|RemoteCall|WorkerHeartbeat|DeviceIndex", "communication between devices: Zoo.Spark has its own all-reduce"),
        ("Quantiz|Requant|FakeQuant|QuantizedR|^Uniform(?!Candidate)|Dequantize", "quantised numbers"),
        ("BoostedTrees|Sdca|KMC2|Kmeans|TensorForest|^Tree|DecisionTree|Isotonic|NearestNeighbors|Skipgram|NegTrain|^Skip|FertileStats", "trainers of other models: trees, clusters, linear models"),
        ("CandidateSampler|AccidentalHits", "candidate samplers: their numbers come from a hidden state"),
        ("Sparse|Ragged|DenseToCSR|CSR|DeserializeSparse|SetSize|DenseToDenseSet|CompositeTensor", "sparse and ragged tensors: Keras' layers take dense ones"),
        ("Mutex|Lock$|Accumulator|^Resource(Accum|Gather|Scatter|Count|Strided|Conditional)|Mutable(Dense)?HashTable|Anonymous(Hash|Mutable|Seed|Multi|Random)|BoundedTable", "mutable state beside Parameters"),
        ("^(Resource)?(Sparse)?Apply|^ResourceApply", "fused updates: an optimizer's step is element-wise ops, which the engine fuses"),
        ("HashTable|LookupTable|InitializeTable|^Table|VocabRemapping|LoadAndRemap", "tables that live in a session: the preprocessing layers keep theirs in the graph"),
        ("^(Ref|Assign|Scatter(Add|Sub|Mul|Div|Min|Max|Update|Nd(Add|Sub|Min|Max|Update))$|Variable|TemporaryVariable|DestroyTemporary|CountUpTo|IsVariableInit|VarIsInit|StridedSliceAssign|ResourceStrided|Inplace|VariableShape|DisableCopyOnRead|ReadVariableXla|_Read)", "reference variables of TensorFlow 1 and writes in the middle of a step: here all assignments come last"),
        ("Save|Restore|Checkpoint", "the older format of checkpoints"),
        ("Decode|Encode|ExtractJpeg|DrawBoundingBoxes|ParseTensor|SerializeTensor|ParseExample|ParseSingle|ParseSequence", "files and messages that no model seen so far decodes itself"),
        ("Debug|^Print|^Assert|^Abort|Timestamp|^Fact$|^Copy(Host)?$|DumpTensor|CheckPinned|PyFunc|^Mlir|TfLite|ImmutableConst|SessionHandle|SessionTensor|FileSystem|^Host|ToBool|FakeParam|ControlTrigger|^Fingerprint|Risc|_Mkl|_Fused|^_", "debugging, sessions and TensorFlow's own inner ops"),
        ("FFT|Spectrogram|Mfcc", "Fourier transforms of any number of axes, and features of sound that are made of those of one"),
        ("^(ConjugateTranspose|Eig$|MatrixLogarithm)", "functions of complex matrices"),
        ("^Batch(Cholesky|Matrix|SelfAdjoint|Svd|NormWith)|^SelfAdjointEig$|^AdjustContrast$|^TileGrad$|^PlaceholderV2$", "removed from TensorFlow in favour of a newer name"),
        ("^Random|^Multinomial|^TruncatedNormal|^ParameterizedTruncated|^Stateful|^Rng|NonDeterministicInts", "random numbers of a hidden state: stateless ones are the same on every engine and after a restart"),
        ("^Stateless(Random|Truncated|Multinomial|Parameterized|Shuffle|Sample)|Sobol", "older or composite forms of stateless random numbers: those with key and counter are there"),
        ("Cudnn|BlockLSTM|LSTMBlock|GRUBlock", "fused recurrence that TensorFlow itself runs slower than Scan"),
        ("CTC", "decoding of sequences"),
        ("Image|Resize|Crop|BoundingBox|NonMax|Hue|Saturation|Contrast|RGB|HSV|Glimpse|Dilation2D|ExtractVolume|ScaleAndTranslate", "image ops that no layer needs so far"),
        ("^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|For|SymbolicGradient)$|TensorArray|^Stack|^Ref|TensorList|TensorMap", "TensorFlow 1's control flow and containers"),
        ("^(Batch|Unbatch)|^BatchFunction", "batching of requests on a server"),
        ("Unicode|String|Regex", "string ops that no layer needs so far"),
    ];

    internal static string Reason(string name) => families.FirstOrDefault(f => Regex.IsMatch(name, f.Pattern)).Reason ?? "no layer and no file seen so far needs it";

    /// <summary>The absent ops of TensorFlow 2.18's list, family by family.</summary>
    internal static string Text()
    {
        var names = typeof(OpCoverage).Assembly.GetManifestResourceStream("tensorflow-ops.txt") is { } stream ? new StreamReader(stream).ReadToEnd().Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException("tensorflow-ops.txt is not embedded");
        var absent = names.Where(n => !Registry.All.ContainsKey(n)).ToArray();
        var here = names.Where(Registry.All.ContainsKey).Select(n => Registry.All[n]).ToArray();
        var text = new StringBuilder($"\n### Of TensorFlow's own list\nOf the {names.Length} ops of TensorFlow 2.18's `op_list.pb` {here.Count(o => o.Kernel is not null || o.Composite is null)} are here, {here.Count(o => o.Kernel is null && o.Composite is not null)} more as composites of others, {absent.Length} are absent, for these reasons:\n");
        foreach (var family in absent.GroupBy(Reason).OrderByDescending(f => f.Count()))
            text.Append($"- {family.Key} ({family.Count()}): {string.Join(", ", family)}\n");
        return text.ToString();
    }
}
