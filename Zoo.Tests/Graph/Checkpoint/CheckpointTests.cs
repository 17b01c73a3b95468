using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Goldens;
using Zoo.Tests.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Graph;

/// <summary>Checkpoints of TensorFlow: what one engine writes the other reads; the reference files; damage.</summary>
[Category("Engines")]
sealed class CheckpointTests : InFolder
{
    static readonly string[] engines = ["embedded", "tensorflow"];

    static readonly NDArray[] values =
    [
        new float[,] { { 1, -2.5f }, { float.NaN, float.MaxValue } }, NDArray.Scalar(-7, DType.Int64), NDArray.Zeros([0, 3], DType.Float64), new[] { true, false, true },
        NDArray.From(["", "a", "ä", new string('x', 300)], [2, 2]), new byte[] { 1, 255 }, NDArray.Full([3], 1.5, DType.BFloat16), NDArray.Full([2], -2, DType.Float16),
        new System.Numerics.Complex[] { new(1, 2) }, new uint[] { uint.MaxValue }, new sbyte[] { -128 }, new short[] { -3 }, new ushort[] { 65535 }, new ulong[] { ulong.MaxValue }, new int[200, 40],
    ];

    static readonly string[] names = [.. values.Select((_, i) => $"{(char)('z' - i)}/value_{i}{(i == 3 ? "/é" : "")}")];

    static Variable Text(params string[] text) => A.Constant(NDArray.From(text));
    static Variable Prefix(string path) => A.Constant(NDArray.From([path], Shape.Scalar));
    static Variable Whole(int count) => Text([.. Enumerable.Repeat("", count)]);

    static NDArray[] Restore(string engine, string prefix, string[] names, DType[] types)
    {
        var node = CheckpointOps.Restore.Call([Prefix(prefix), Text(names), Whole(names.Length)], Attrs.Of(("dtypes", types)));
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = [], Fetches = [.. node.Outputs.Select(A.Identity)] });
        var found = new NDArray?[names.Length];
        session.Run([], found);
        return found!;
    }

    static void Save(string engine, string prefix, string[] names, NDArray[] values)
    {
        var feeds = values.Select((v, i) => StateOps.Input($"x{i}", v.Shape, v.DType)).ToArray();
        var node = CheckpointOps.Save.Call([Prefix(prefix), Text(names), Whole(names.Length), .. feeds], Attrs.Of(("dtypes", Array.ConvertAll(values, v => v.DType))));
        using var session = TestEngines.Get(engine).Compile(new() { Feeds = feeds, Fetches = [], Effects = [node] });
        session.Run(values, []);
    }

    [Test]
    public void WhatOneEngineWritesTheOtherReads([ValueSource(nameof(engines))] string writer, [ValueSource(nameof(engines))] string reader)
    {
        Save(writer, At("model"), names, values);
        var found = Restore(reader, At("model"), names, Array.ConvertAll(values, v => v.DType));
        for (var i = 0; i < values.Length; i++) Assert.That(found[i].HoldsTheSame(values[i]), $"{names[i]}: {found[i]} against {values[i]}");
    }

    [Test]
    public void SeveralBecomeOne([ValueSource(nameof(engines))] string merger, [ValueSource(nameof(engines))] string reader)
    {
        string[] parts = [At("parts/part-0"), At("parts/part-1")];
        Directory.CreateDirectory(At("parts"));
        Save("embedded", parts[0], names[..5], values[..5]);
        Save("tensorflow", parts[1], names[5..], values[5..]);
        var merge = CheckpointOps.Merge.Call([Text(parts), Prefix(At("model"))], Attrs.None);
        using (var session = TestEngines.Get(merger).Compile(new() { Feeds = [], Fetches = [], Effects = [merge] })) session.Run([], []);
        Assert.That(Directory.Exists(At("parts")), Is.False);
        var found = Restore(reader, At("model"), names, Array.ConvertAll(values, v => v.DType));
        Assert.That(found.Zip(values).All(p => p.First.HoldsTheSame(p.Second)));
    }

    static IEnumerable<string> Prefixes() => !Shared.Has("models/tf") ? [] : Directory.EnumerateFiles(Shared.File("models"), "*.index", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => Path.ChangeExtension(f, null));

    [Test]
    public void ReferenceCheckpointsAreReadAsByTensorFlow()
    {
        var (files, tensors) = (0, 0);
        foreach (var prefix in Prefixes())
        {
            var checkpoint = new Checkpoint(prefix);
            var ours = checkpoint.Names.Select(n => (Name: n, Value: checkpoint.Read(n))).ToArray();
            var theirs = Restore("tensorflow", prefix, [.. ours.Select(o => o.Name)], [.. ours.Select(o => o.Value.DType)]);
            for (var i = 0; i < ours.Length; i++) Assert.That(ours[i].Value.HoldsTheSame(theirs[i]), $"{prefix} {ours[i].Name}");
            (files, tensors) = (files + 1, tensors + ours.Length);
        }
        TestContext.Out.WriteLine($"{tensors} tensors of {files} checkpoints");
        Assert.That(files, Is.GreaterThanOrEqualTo(10));
    }

    /// <summary>The function that a SavedModel itself brings for it gives its variables their values.</summary>
    [TestCase("tf/sm_simple_dense"), TestCase("exported/resnet_small_64/saved_model")]
    public void ASavedModelRestoresItself(string model)
    {
        var folder = Shared.File("models/" + model);
        var meta = SavedModel.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "saved_model.pb"))).MetaGraphs[0];
        var program = GraphDefReader.Read(meta.GraphDef).Program([meta.SaverDef.FilenameTensorName], [], [meta.SaverDef.RestoreOpName]);
        Assert.That(program.Updates, Is.Not.Empty);
        foreach (var (target, _) in program.Updates) target.Value = NDArray.Zeros(target.Shape, target.DType);
        using (var session = Engines.Find("embedded").Compile(program)) session.Run([NDArray.From([Path.Combine(folder, "variables", "variables")], Shape.Scalar)], []);
        var checkpoint = new Checkpoint(Path.Combine(folder, "variables", "variables"));
        var stored = checkpoint.Names.Select(checkpoint.Read).ToArray();
        foreach (var (target, _) in program.Updates) Assert.That(stored.Any(target.Value.HoldsTheSame), target.Path);
    }

    [Test]
    public void WhatIsAskedWronglyIsRefused()
    {
        Save("embedded", At("model"), names, values);
        Assert.That(() => Restore("embedded", At("model"), ["y/value_0"], [DType.Float32]), Throws.TypeOf<EngineException>().With.Message.Contains("no tensor 'y/value_0'").And.Message.Contains("z/value_0"));
        Assert.That(() => Restore("embedded", At("model"), [names[0]], [DType.Float64]), Throws.TypeOf<EngineException>().With.Message.Contains("Expected float64"));
        Assert.That(() => Restore("embedded", At("nothing"), [names[0]], [DType.Float32]), Throws.TypeOf<EngineException>().With.Message.Contains("nothing.index"));
        Assert.That(() => Save("embedded", At("no/such/folder"), names, values), Throws.TypeOf<EngineException>());
        Assert.That(() => Save("embedded", At("twice"), ["a", "a"], values[..2]), Throws.TypeOf<EngineException>().With.Message.Contains("given twice"));
        Assert.That(() => CheckpointOps.Restore.Call([Prefix("x"), Text("a", "b"), Whole(2)], Attrs.Of(("dtypes", new[] { DType.Float32 }))), Throws.TypeOf<ShapeException>().With.Message.Contains("2 entries"));
        Assert.That(Directory.EnumerateFiles(Folder).Where(f => f.Contains("tempstate", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void DamagedCheckpointsAreRefused()
    {
        Checkpoint.Write(At("model"), names.Zip(values));
        string index = At("model.index"), data = At("model.data-00000-of-00001");
        var (bytes, content, random, refused) = (File.ReadAllBytes(index), File.ReadAllBytes(data), new Random(3), 0);
        const int Tries = 2000;
        for (var i = 0; i < Tries; i++)
        {
            byte[] a = bytes.ToArray(), b = content.ToArray();
            ref var file = ref i % 4 == 0 ? ref b : ref a;
            if (i % 3 == 0) file = file[..random.Next(file.Length)];
            else file[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(index, a);
            File.WriteAllBytes(data, b);
            var whole = HostileFile.Survives<InvalidDataException>(() =>
            {
                var checkpoint = new Checkpoint(At("model"));
                for (var n = 0; n < names.Length; n++) Assert.That(checkpoint.Read(names[n]).HoldsTheSame(values[n]), $"damage {i} changed {names[n]} unseen");
            }, 16 << 20, 1200, $"damage {i}");
            if (!whole) refused++;
        }
        Report.Add("hostile", "checkpoints", Tries, Tries);
        Assert.That(refused, Is.GreaterThan(Tries * 9 / 10));
    }
}
