using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;
using static Zoo.Keras.K;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Layers;

/// <summary>Models: several inputs and outputs, nesting, subclassing, masks, freezing, names.</summary>
public class ModelTests
{
    static NDArray Numbers(params long[] shape)
    {
        var array = NDArray.Zeros(Shape.Create(shape));
        for (var i = 0; i < array.Count; i++) array.SetNumber(i, Math.Sin(i) + 0.1 * i);
        return array;
    }

    static float[] Run(Model model, params NDArray[] inputs)
    {
        var lowered = model.Lower(training: false);
        using var session = Zoo.Autograd.Engine.Engines.Find("embedded").Compile(new() { Feeds = [.. model.Inputs], Fetches = lowered.Outputs });
        var results = new NDArray?[lowered.Outputs.Length];
        session.Run(inputs, results);
        return [.. results.SelectMany(r => r!.ToArray<float>())];
    }

    sealed class Twice : Model
    {
        readonly Dense first = new(4, "tanh"), second = new(2);
        readonly List<Layer> more = [new Dense(2) { Name = "third" }];

        protected override Outputs Call(Inputs x, CallContext c) => x[0] >> first >> second >> more[0];
    }

    sealed class Gate(int units) : Layer
    {
        readonly Dense open = new(units, "sigmoid"), value = new(units);

        public int Units { get; } = units;

        protected override Variable Call(Variable x) => (x >> open) * (x >> value);
    }

    [Test]
    public void ASubclassedModelIsItsMembers()
    {
        var model = new Twice();
        var x = Numbers(3, 5);
        Assert.That(model.Predict(x).Shape, Is.EqualTo(Shape.Create([3, 2])));
        Assert.That(model.Layers.Select(l => l.Name), Is.EqualTo(new[] { "dense", "dense_1", "third" }));
        Assert.That(model.Weights.Select(w => w.Path), Is.EqualTo(new[] { "dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias", "third/kernel", "third/bias" }));
        var (w, b) = (model.Weights[4].Value, model.Weights[5].Value);
        var before = model.Predict(x).ToArray<float>();
        model.Weights[5].Value = NDArray.Full(b.Shape, 1);
        Assert.That(model.Predict(x).ToArray<float>(), Is.EqualTo(before.Select(v => v + 1)).Within(1e-6));
    }

    [Test]
    public void ALayerOfLayersHasTheirWeights()
    {
        var input = Input([3]);
        Model model = new(input, input >> new Gate(2) >> new Gate(4));
        Assert.That(model.Weights, Has.Count.EqualTo(8));
        Assert.That(model.Weights.Select(w => w.Path).Distinct().Count(), Is.EqualTo(8));
        Assert.That(model.Predict(Numbers(2, 3)).Shape, Is.EqualTo(Shape.Create([2, 4])));
        model.Layers[1].Trainable = false;
        Assert.That(model.TrainableWeights, Has.Count.EqualTo(4));
    }

    [Test]
    public void ANestedModelSharesItsWeights()
    {
        Sequential tower = [new Dense(4, "relu"), new Dense(2)];
        var (a, b) = (Input([3], "a"), Input([3], "b"));
        var (f, g) = (a >> tower, b >> tower);
        Model siamese = new([a, b], [A.Abs(f - g), new Dot(1).Apply(f, g)]);
        Assert.That(siamese.Weights.Select(w => w.Path), Is.EqualTo(new[] { "sequential/dense/kernel", "sequential/dense/bias", "sequential/dense_1/kernel", "sequential/dense_1/bias" }));
        var x = Numbers(2, 3);
        Assert.That(Run(siamese, x, x)[..4], Is.All.EqualTo(0));
        tower.Trainable = false;
        Assert.That(siamese.TrainableWeights, Is.Empty);
    }

    [Test]
    public void MasksPassLayersThatLetThem()
    {
        var tokens = Input([4], dtype: DType.Int32);
        var vectors = tokens >> new Embedding(5, 3) { MaskZero = true };
        Mask seen = new();
        var (passed, stopped) = (vectors >> new Dense(2) >> seen, vectors >> new Flatten() >> new Mask());
        Model model = new(tokens, [passed, stopped]);
        var lowered = model.Lower(training: false);
        Assert.That(lowered.Masks[0]!.DType, Is.EqualTo(DType.Bool));
        Assert.That(lowered.Masks[1], Is.Null);
        var result = Run(model, NDArray.From(new[] { 1, 0, 2, 0 }, [1, 4]));
        Assert.That(result, Is.EqualTo(new float[] { 1, 0, 1, 0, -1 }));
    }

    /// <summary>Gives the mask it sees, or -1.</summary>
    sealed class Mask : Layer
    {
        protected override bool SupportsMasking => true;

        protected override Outputs Call(Inputs x, CallContext c) => c.Mask is { } mask ? A.Cast(mask, DType.Float32) : A.Constant(NDArray.Full([1], -1));
    }

    [Test]
    public void AFreeParameterIsAWeightOfTheModel()
    {
        var scale = new Parameter(NDArray.Full([3], 2), "scale");
        var x = Input([3]);
        Model model = new(x, x * scale);
        Assert.That(model.TrainableWeights, Is.EqualTo(new[] { scale }));
        Assert.That(model.Predict(NDArray.Full([1, 3], 4)).ToArray<float>(), Is.All.EqualTo(8));
    }

    /// <summary>Keras' dropout that is always on draws anew for each batch, of Predict and of Evaluate too.</summary>
    [Test]
    public void BatchesOutsideTrainingDrawNumbersOfTheirOwn()
    {
        var x = K.Input([50]);
        Model model = new(x, new Dropout(0.5).Apply(x, training: true)) { Seed = 7 };
        var ones = NDArray.Full([4, 50], 1);
        var (first, second) = (model.Predict(ones, batchSize: 2).ToArray<float>(), model.Predict(ones, batchSize: 2).ToArray<float>());
        Assert.That(first.Chunk(100).Concat(second.Chunk(100)).Select(c => string.Join(' ', c)), Is.Unique, "four batches");
        model.Compile(new SGD(0.1), "mae");
        var losses = Enumerable.Range(0, 4).Select(_ => model.Evaluate(ones, NDArray.Zeros([4, 50]))["loss"]).ToArray();
        Assert.That(losses.Distinct().Count(), Is.GreaterThan(1));
        Model plain = new(x, x >> new Dropout(0.5));
        Assert.That(plain.InferenceProgram().Updates, Is.Empty, "nothing is counted where nothing is drawn");
    }

    [Test]
    public void RandomMasksDependOnSeedLayerCallAndStepOnly()
    {
        var x = Input([6]);
        var drop = new Dropout(0.5);
        Model model = new(x, [drop.Apply(x, training: true), drop.Apply(x, training: true)]) { Seed = 7 };
        var lowered = model.Lower(training: false);
        Assert.That(lowered.Step, Is.Not.Null);
        using var session = Zoo.Autograd.Engine.Engines.Find("embedded").Compile(new() { Feeds = [x, lowered.Step!], Fetches = lowered.Outputs });
        float[] At(int rows, long step)
        {
            var results = new NDArray?[2];
            session.Run([NDArray.Full([rows, 6], 1), NDArray.Scalar(step, DType.Int64)], results);
            return [.. results[0]!.Rows(0, 4).ToArray<float>(), .. results[1]!.Rows(0, 4).ToArray<float>()];
        }
        var first = At(50, 3);
        Assert.That(first, Is.All.AnyOf(0f, 2f));
        Assert.That(At(4, 3), Is.EqualTo(first), "the size of the batch matters");
        Assert.That(At(50, 4), Is.Not.EqualTo(first), "the step does not matter");
        Assert.That(first[..24], Is.Not.EqualTo(first[24..]), "two calls share a mask");
    }

    [Test]
    public void MistakesAreNamed()
    {
        var (a, b) = (Input([3], "a"), Input([3], "b"));
        Assert.That(() => new Model(a, a + b), Throws.TypeOf<GraphException>().With.Message.Contains("needs the input b").Or.Message.Contains("need the input b"));
        Assert.That(() => new Model(a + b, a), Throws.TypeOf<GraphException>().With.Message.Contains("is no input"));
        Assert.That(() => new Model(a, a >> new Dense(2) { Name = "x" } >> new Dense(2) { Name = "x" }), Throws.TypeOf<GraphException>().With.Message.Contains("two layers are named 'x'"));
        Assert.That(() => a >> new Conv2D(3, 3), Throws.TypeOf<ShapeException>().With.Property("Layer").EqualTo("conv2d"));
        var dense = new Dense(2);
        _ = a >> dense;
        Assert.That(() => Input([4]) >> dense, Throws.TypeOf<ShapeException>().With.Message.Contains("dense"));
        Assert.That(() => new Dense(2, "rleu"), Throws.ArgumentException.With.Message.Contains("'rleu'").And.Message.Contains("relu"));
        Assert.That(() => new Dropout(1.5), Throws.ArgumentException.With.Message.Contains("1.5"));
        Assert.That(() => a >> new Add(), Throws.TypeOf<ShapeException>().With.Message.Contains("at least two"));
    }
}
