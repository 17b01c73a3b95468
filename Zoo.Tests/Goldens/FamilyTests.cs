using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Autograd.Ops;
using Zoo.Keras;
using Zoo.Keras.Saving;
using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Tests.Goldens;

/// <summary>Losses, metrics, optimizers, schedules and regularizers against what Keras computes.</summary>
[TestFixture("embedded")]
[TestFixture("tensorflow")]
[Category("Goldens")]
public class FamilyTests(string engine)
{
    [OneTimeSetUp]
    public void Find()
    {
        if (engine == "tensorflow") Engine.TensorFlow.TensorFlowLibrary.Require();
    }

    static Variable Input(NDArray like, DType? dtype = null) => StateOps.Input("x", like.Shape.Rank > 0 ? like.Shape.With(0, Dim.Any) : like.Shape, dtype ?? like.DType);

    [Test]
    public void Losses() => new Family("losses", "keras.losses").Check(engine, c =>
    {
        var loss = c.Make<Loss>(new(c.Arguments) { ["reduction"] = c.Json["reduction"] });
        var labels = loss.TakesClasses ? DType.Int64 : DType.Float32;
        var (y, p) = (Input(c["y_true"], labels), Input(c["y_pred"]));
        Variable? Optional(string name) => c.Maybe(name) is { } value ? Input(value) : null;
        var (weights, mask) = (Optional("sample_weight"), Optional("mask"));
        var value = loss.Of(y, p, weights, mask);
        var work = new Family.Work
        {
            Runs = [[c["y_true"].Cast(labels), c["y_pred"]]],
            Fetches = [value, A.Gradients(value, p)[0], loss.Call(y, p)],
            Verify = (_, got, _) =>
            {
                c.Near(got[0], "value");
                c.Near(got[1], "dy_pred");
                c.Near(got[2], "per_sample");
            },
        };
        work.Feeds.AddRange([y, p]);
        foreach (var (name, input) in new[] { ("sample_weight", weights), ("mask", mask) })
        {
            if (input is null) continue;
            work.Feeds.Add(input);
            work.Runs[0].Add(c[name]);
        }
        return work;
    });

    [Test]
    public void Metrics() => new Family("metrics", "keras.metrics").Check(engine, c =>
    {
        var metric = c.Make<Metric>(new(c.Arguments));
        string[] names = [.. new[] { "values", "y_true", "y_pred", "sample_weight" }.Where(n => c.Maybe($"{n}_0") is not null)];
        var inputs = names.ToDictionary(n => n, n => Input(c[$"{n}_0"]));
        var yPred = inputs.GetValueOrDefault("y_pred") ?? inputs["values"];
        (Parameter, Variable)[] updates = [.. metric.Updates(inputs.GetValueOrDefault("y_true", yPred), yPred, inputs.GetValueOrDefault("sample_weight"))];
        var batches = c.Number("batches");
        var work = new Family.Work
        {
            Runs = [.. Enumerable.Range(0, batches).Select(b => names.Select(n => c[$"{n}_{b}"]).ToList())],
            Updates = updates,
            After = [metric.Of()],
            Verify = (run, _, after) =>
            {
                c.Near(after[0], $"result_{run}");
                if (run < batches - 1) return;
                for (var i = 0; i < metric.Variables.Count; i++) c.Near(metric.Variables[i].Value, $"state_{i}");
                Assert.That(metric.Variables.Select(v => v.Name), Is.EqualTo(((List<object?>)c.Json["state"]!).Select(s => ((Dictionary<string, object?>)s!)["path"])));
                metric.ResetState();
                c.Near(metric.Result(), "result_after_reset");
            },
        };
        work.Feeds.AddRange(names.Select(n => inputs[n]));
        return work;
    });

    [Test]
    public void Optimizers() => new Family("optimizers", "keras.optimizers").Check(engine, c =>
    {
        var optimizer = c.Make<Optimizer>();
        var weights = ((List<object?>)c.Json["var_names"]!).Cast<string>().Select((n, i) => new Parameter(c[$"var_{i}_init"], n)).ToArray();
        var gradients = weights.Select(w => StateOps.Input(w.Name, w.Shape, w.DType)).ToArray();
        var (steps, seen) = (c.Number("steps"), optimizer.CurrentLearningRate);
        (Parameter, Variable)[] updates = [.. optimizer.Updates([.. weights.Zip(gradients)])];
        var work = new Family.Work
        {
            Runs = [.. Enumerable.Range(0, steps).Select(s => weights.Select((w, i) => Times(c[$"grad_{i}"].Rows(s, 1).Reshape(w.Shape), c.Maybe("dynamic_scale")?.Number(s) ?? 1)).ToList())],
            Updates = updates,
            After = [.. weights.Concat(optimizer.Variables).Select(p => p.Variable)],
            Verify = (run, _, after) =>
            {
                c.Near(NDArray.Scalar(seen), "learning_rate", run);
                seen = optimizer.CurrentLearningRate;
                for (var i = 0; i < weights.Length; i++) c.Near(after[i], $"traj_{i}", run);
                if (run == steps - 1) Ended(c, optimizer, weights, after[weights.Length..]);
            },
        };
        work.Feeds.AddRange(gradients);
        return work;
    });

    static NDArray Times(NDArray x, double factor) => NDArray.From([.. x.ToArray<float>().Select(v => (float)(v * factor))], x.Shape);

    static void Ended(FamilyCase c, Optimizer optimizer, Parameter[] weights, NDArray[] variables)
    {
        var state = ((List<object?>)c.Json["state"]!).Cast<Dictionary<string, object?>>().ToList();
        Assert.That(optimizer.Variables.Select(v => v.Path), Is.EqualTo(state.Select(s => s["path"])));
        Assert.That(optimizer.Variables.Select(v => v.DType.Name()), Is.EqualTo(state.Select(s => s["dtype"])));
        for (var i = 0; i < state.Count; i++) c.Near(variables[i], $"state_{i}");
        if (c.Maybe("final_0") is null) return;
        optimizer.Finish();
        for (var i = 0; i < weights.Length; i++) c.Near(weights[i].Value, $"final_{i}");
    }

    [Test]
    public void Schedules() => new Family("schedules", "keras.optimizers.schedules").Check(engine, c =>
    {
        var schedule = c.Make<LearningRateSchedule>();
        var step = Input(c["step"], DType.Float32);
        var work = new Family.Work { Runs = [[c["step"].Cast(DType.Float32)]], Fetches = [schedule.Of(step)], Verify = (_, got, _) => c.Near(got[0], "value") };
        work.Feeds.Add(step);
        return work;
    });

    [Test]
    public void Constraints() => new Family("constraints", "keras.constraints").Check(engine, c =>
    {
        var x = StateOps.Input("x", c["x"].Shape, DType.Float32);
        var work = new Family.Work { Runs = [[c["x"]]], Fetches = [c.Make<Constraint>().Of(x)], Verify = (_, got, _) => c.Near(got[0], "y") };
        work.Feeds.Add(x);
        return work;
    });

    [Test]
    public void Activations()
    {
        var functions = typeof(Keras.Activations).GetMethods().Where(m => m.IsStatic && m.ReturnType == typeof(Variable)).ToDictionary(m => KerasNames.Snake(m.Name));
        new Family("activations", "keras.activations").Check(engine, c =>
        {
            var x = StateOps.Input("x", c["x"].Shape, DType.Float32);
            Variable y;
            if (c.Arguments.Count == 0) y = new ActivationFunction(c.Class).Of(x);
            else
            {
                var function = functions[c.Class];
                Assert.That(c.Arguments.Keys, Is.SubsetOf(function.GetParameters().Select(p => KerasNames.Snake(p.Name!))));
                y = (Variable)function.Invoke(null, [x, .. function.GetParameters().Skip(1).Select(p => c.Arguments.TryGetValue(KerasNames.Snake(p.Name!), out var json) ? new KerasReader().Value(json, p.ParameterType, c.Name) : p.DefaultValue)])!;
            }
            var cotangent = A.Constant(c["cotangent"]);
            var work = new Family.Work
            {
                Runs = [[c["x"]]],
                Fetches = [y, A.Gradients(A.Sum(y * cotangent), x)[0]],
                Verify = (_, got, _) =>
                {
                    c.Near(got[0], "y");
                    c.Near(got[1], "dx");
                },
            };
            work.Feeds.Add(x);
            return work;
        }, name => functions.ContainsKey(name) || name is "swish" or "hard_swish");
    }

    [Test]
    public void Initializers() => new Family("initializers", "keras.initializers").Check(engine, c =>
    {
        var shape = Shape.Create([.. ((List<object?>)c.Json["shape"]!).Select(d => (long)d!)]);
        var made = c.Make<Initializer>(new(c.Arguments));
        return new()
        {
            Verify = (_, _, _) =>
            {
                switch (c.Json["kind"])
                {
                    case "exact": c.Near(made.Create(shape, DType.Float32, 1), "value"); break;
                    case "orthogonal": InitializerStatistics.Orthogonal(made.Create(shape, DType.Float32, 1), Convert.ToDouble(c.Json["gain"])); break;
                    default: InitializerStatistics.Check(made, shape, (Dictionary<string, object?>)c.Json["stats"]!); break;
                }
            },
        };
    });

    [Test]
    public void Regularizers() => new Family("regularizers", "keras.regularizers").Check(engine, c =>
    {
        var x = StateOps.Input("x", c["x"].Shape, DType.Float32);
        var value = c.Make<Regularizer>().Of(x);
        var work = new Family.Work
        {
            Runs = [[c["x"]]],
            Fetches = [value, A.Gradients(value, x)[0]],
            Verify = (_, got, _) =>
            {
                c.Near(got[0], "value");
                c.Near(got[1], "dx");
            },
        };
        work.Feeds.Add(x);
        return work;
    });
}
