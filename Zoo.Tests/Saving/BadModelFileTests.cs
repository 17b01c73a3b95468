using System.IO.Compression;
using System.Text;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using Zoo.Keras.Saving;
using Zoo.Tests.Goldens;
using static Zoo.Keras.K;

namespace Zoo.Tests.Saving;

/// <summary>Files that are damaged, hostile or of another model: a clear error, and the model is as it was.</summary>
public class BadModelFileTests : InFolder
{
    static Model Net(int hidden = 5) => new Sequential { Input([4], "x"), new Dense(hidden, "relu"), new BatchNormalization(), new Dense(2) };

    static string[] Bits(Model model) => [.. model.Weights.Select(w => Convert.ToHexString(w.Value.Bytes))];

    void Refused(Model model, string file, string message)
    {
        var before = Bits(model);
        Assert.That(() => model.LoadWeights(file), Throws.TypeOf<ModelFileException>().With.Message.Contains(message).And.Message.Contains("Expected"));
        Assert.That(Bits(model), Is.EqualTo(before));
    }

    [Test]
    public void Every_cut_is_an_error_and_the_model_stays()
    {
        var (model, other) = (Net(), Net());
        other.Seed = 7;
        other.Save(At("m.keras"));
        other.SaveWeights(At("m.weights.h5"));
        var before = Bits(model);
        Assert.That(Bits(other), Is.Not.EqualTo(before));
        foreach (var name in (string[])["m.keras", "m.weights.h5"])
        {
            var bytes = File.ReadAllBytes(At(name));
            for (var n = 0; n < bytes.Length; n += 61)
            {
                File.WriteAllBytes(At("cut-" + name), bytes[..n]);
                Assert.That(() => model.LoadWeights(At("cut-" + name)), Throws.TypeOf<ModelFileException>(), $"{n} bytes of {name}");
                if (name.EndsWith(".keras")) Assert.That(() => Model.Load(At("cut-" + name)), Throws.TypeOf<ModelFileException>(), $"{n} bytes of {name}");
            }
        }
        Assert.That(Bits(model), Is.EqualTo(before));
    }

    [Test]
    public void Changed_bytes_of_weights_are_errors_or_whole_files()
    {
        var model = Net();
        model.SaveWeights(At("m.weights.h5"));
        var bytes = File.ReadAllBytes(At("m.weights.h5"));
        var refused = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var changed = (byte[])bytes.Clone();
            for (var k = random.Next(1, 6); k > 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(At("c.weights.h5"), changed);
            var before = Bits(model);
            try
            {
                model.LoadWeights(At("c.weights.h5"));
            }
            catch (ModelFileException)
            {
                refused++;
                Assert.That(Bits(model), Is.EqualTo(before), $"seed {seed}");
            }
        }
        Assert.That(refused, Is.GreaterThan(30));
    }

    [Test]
    public void Foreign_files_say_what_they_are()
    {
        var model = Net();
        File.WriteAllBytes(At("old.h5"), Shared.Entry("goldens/models/models.zip", "mlp/trained.h5"));
        Refused(model, At("old.h5"), "older HDF5 form");
        File.WriteAllText(At("text.weights.h5"), "hello, this is text");
        Refused(model, At("text.weights.h5"), "text.weights.h5");
        Refused(model, At("none.weights.h5"), "cannot be opened");
        Refused(model, At("none.keras"), "cannot be opened");
        File.WriteAllBytes(At("old.keras"), File.ReadAllBytes(At("old.h5")));
        Assert.That(() => Model.Load(At("old.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("HDF5 file"));
        File.WriteAllBytes(At("mlp.keras"), Shared.Entry("goldens/models/models.zip", "mlp/initial.keras"));
        Refused(model, At("mlp.keras"), "Build the model as it was");
    }

    [Test]
    public void Zip_slips_and_bombs_are_refused()
    {
        Net().Save(At("m.keras"));
        using (var zip = ZipFile.Open(At("m.keras"), ZipArchiveMode.Update)) zip.CreateEntry("../evil");
        Assert.That(() => Model.Load(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("out of the archive"));
        Refused(Net(), At("m.keras"), "out of the archive");
        Net().Save(At("m.keras"));
        using (var zip = ZipFile.Open(At("m.keras"), ZipArchiveMode.Update))
        {
            zip.GetEntry("model.weights.h5")!.Delete();
            using var bomb = zip.CreateEntry("model.weights.h5", CompressionLevel.SmallestSize).Open();
            for (var i = 0; i < 100; i++) bomb.Write(new byte[1 << 20]);
        }
        Assert.That(() => Model.Load(At("m.keras")), Throws.TypeOf<ModelFileException>().With.Message.Contains("unpacks"));
    }

    [Test]
    public void Weights_of_another_model_are_refused_whole()
    {
        Net(hidden: 6).SaveWeights(At("six.weights.h5"));
        Refused(Net(), At("six.weights.h5"), "'layers/dense/vars/0' is float32 [4, 6]");
        Model less = new Sequential { Input([4]), new Dense(5, "relu"), new Dense(2) };
        less.SaveWeights(At("less.weights.h5"));
        Refused(Net(), At("less.weights.h5"), "'layers/batch_normalization/vars' has 0 arrays");
        Net().SaveWeights(At("more.weights.h5"));
        Refused(less, At("more.weights.h5"), "it has weights at 'layers/batch_normalization/vars'");
        Model last = new Sequential { Input([4], "x"), new Dense(5, "relu"), new BatchNormalization(), new Dense(3) };
        Refused(last, At("more.weights.h5"), "'layers/dense_1/vars/0' is float32 [5, 2]");
    }

    [Test]
    public void A_model_without_weights_says_so()
    {
        Model model = new Sequential { new Dense(2) };
        Assert.That(() => model.Save(At("m.keras")), Throws.InvalidOperationException.With.Message.Contains("InputShape"));
        Assert.That(() => model.LoadWeights(At("m.keras")), Throws.InvalidOperationException.With.Message.Contains("InputShape"));
        Assert.That(() => Net().Save(At("m.zip")), Throws.ArgumentException.With.Message.Contains(".keras"));
        Assert.That(() => Net().SaveWeights(At("m.h5")), Throws.ArgumentException.With.Message.Contains(".weights.h5"));
    }

    static IEnumerable<(string Name, string Json)> Configs()
    {
        yield return ("Sequential", Net().ToJson());
        var (a, b) = (Input([6], "a"), Input([6], "b"));
        Sequential tower = [new Dense(3), new Dense(4, "relu")];
        var (f, g) = (a >> tower, b >> tower);
        var model = new Model(new Dictionary<string, Variable> { ["a"] = a, ["b"] = b }, [new Concatenate().Apply(f, g - 1) >> new Dense(2), f * g]);
        model.Compile(new Adam(0.1), ["mse", "mae"], ["mae", "mse"]);
        yield return ("functional", model.ToJson());
    }

    [Test]
    public void Any_value_of_a_configuration_may_be_wrong()
    {
        foreach (var (name, text) in Configs())
        {
            var places = 0;
            Walk(Json.Parse(Encoding.UTF8.GetBytes(text), "test"), _ => places++);
            var (refused, accepted) = (0, 0);
            foreach (var wrong in (object?[])[null, -1L, 1L << 40, 0.5, "odd", new List<object?>(), new List<object?> { "a", 0L, 0L }, new Dictionary<string, object?>(), true])
                for (var place = 0; place < places; place++)
                {
                    var json = Json.Parse(Encoding.UTF8.GetBytes(text), "test");
                    var at = 0;
                    Walk(json, set =>
                    {
                        if (at++ == place) set(wrong);
                    });
                    try
                    {
                        Model.FromJson(Json.Write(json));
                        accepted++;
                    }
                    catch (ModelFileException e)
                    {
                        Assert.That(e.Message, Does.Contain("Expected"), $"{name}, place {place}, {Json.Write(wrong)}");
                        refused++;
                    }
                    catch (Exception e) when (e is not ModelFileException)
                    {
                        Assert.Fail($"{name}, place {place}, {Json.Write(wrong)}: {e}");
                    }
                }
            Assert.That(refused, Is.GreaterThan(accepted / 2), name);
        }
    }

    /// <summary>Visits every place of a JSON value that can be set.</summary>
    static void Walk(object? json, Action<Action<object?>> visit)
    {
        switch (json)
        {
            case Dictionary<string, object?> map:
                foreach (var key in map.Keys.ToList())
                {
                    var before = map[key];
                    visit(v => map[key] = v);
                    if (ReferenceEquals(map[key], before)) Walk(before, visit);
                }
                break;
            case List<object?> list:
                for (var i = 0; i < list.Count; i++)
                {
                    var (at, before) = (i, list[i]);
                    visit(v => list[at] = v);
                    if (ReferenceEquals(list[i], before)) Walk(before, visit);
                }
                break;
        }
    }

    [Test]
    public void A_graph_with_a_circle_or_a_gap_is_refused()
    {
        var (x, layer) = (Input([2], "x"), new Dense(2) { Name = "d" });
        var json = new Model(x, x >> layer >> new Dense(2) { Name = "e" }).ToJson();
        Assert.That(() => Model.FromJson(json.Replace("[\"x\", 0, 0]}}", "[\"e\", 0, 0]}}")), Throws.TypeOf<ModelFileException>().With.Message.Contains("a circle or a gap"));
        Assert.That(() => Model.FromJson(json.Replace("[\"d\", 0, 0]", "[\"gone\", 0, 0]")), Throws.TypeOf<ModelFileException>().With.Message.Contains("the layer 'gone' is used and not there"));
        Assert.That(() => Model.FromJson(json.Replace("[\"d\", 0, 0]", "[\"d\", 7, 0]")), Throws.TypeOf<ModelFileException>().With.Message.Contains("a circle or a gap"));
        Assert.That(() => Model.FromJson("[1]"), Throws.TypeOf<ModelFileException>());
        Assert.That(() => Model.FromJson("{\"class_name\": \"Dense\", \"module\": \"keras.layers\", \"config\": {\"units\": 3}}"), Throws.TypeOf<ModelFileException>().With.Message.Contains("'Dense' is a Dense. Expected a Model"));
    }
}
