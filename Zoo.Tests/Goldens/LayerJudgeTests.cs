using System.Text.Json;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Goldens;

/// <summary>The judge of the goldens on cases written by hand: it judges all that is not drawn at random, and finds what is wrong.</summary>
public class LayerJudgeTests
{
    static List<string> Judge(string layer, string config, string kwargs, Dictionary<string, NDArray> tensors, string weights = "")
    {
        var json = $$"""
            {"name": "case", "layer": "{{layer}}", "config": {"module": "keras.layers", "class_name": "{{layer}}", "config": { {{config}} }, "registered_name": null}, "call": {"args": ["input_0"], "kwargs": { {{kwargs}} } },
             "inputs": [{"shape": [1, 2, 2, 1], "dtype": "float32", "model_shape": [null, 2, 2, 1], "keyword": false}], "outputs": [{"shape": [1, 2, 2, 1], "dtype": "float32", "model_shape": [null, 2, 2, 1]}],
             "weights": [{{weights}}], "precision": "float32", "atol": 1e-5, "rtol": 1e-5, "grad": true, "train": false, "stateful": false}
            """;
        var judge = new LayerJudge(TestEngines.Get("embedded"));
        judge.Layers([new LayerCase(JsonDocument.Parse(json).RootElement.Clone(), tensors)]);
        return judge.Misses;
    }

    static NDArray Picture(params float[] values) => NDArray.From(values, [1, 2, 2, 1]);

    [Test]
    public void WhatIsDrawnIsNotComparedAndTheRestIs([Values("RandomFlip", "Solarization", "Dropout")] string layer)
    {
        var tensors = new Dictionary<string, NDArray> { ["input_0"] = Picture(1, 2, 3, 4), ["output_0"] = Picture(9, 9, 9, 9), ["reg_loss"] = NDArray.From([5f], [1]), ["cotangent_0"] = Picture(1, 1, 1, 1), ["dinput_0"] = Picture(7, 7, 7, 7) };
        var penalty = """ "activity_regularizer": {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}, "registered_name": null} """;
        var rate = layer == "Dropout" ? """ "rate": 0.5, """ : "";
        var drawn = Judge(layer, rate + penalty, """ "training": true """, tensors);
        Assert.That(drawn, Has.None.Contains("output_0").And.None.Contains("reg_loss").And.None.Contains("Exception"), "all of it hangs on the step");
        var fixedMode = Judge(layer, rate + penalty, "", tensors);
        Assert.That(fixedMode, Has.Some.Contains("output_0").And.Some.Contains("reg_loss").And.Some.Contains("dinput_0"), "nothing is drawn outside of training");
    }

    [Test]
    public void AWeightIsAskedWhetherItTrainsNotWhatIsAroundIt([Values] bool right)
    {
        var tensors = new Dictionary<string, NDArray> { ["input_0"] = Picture(1, 2, 3, 4), ["output_0"] = Picture(2, 4, 6, 8), ["w_0"] = NDArray.From(new[] { 2f }, [1, 1]), ["cotangent_0"] = Picture(1, 1, 1, 1), ["dinput_0"] = Picture(2, 2, 2, 2), ["dw_0"] = NDArray.From(new[] { right ? 10f : 11 }, [1, 1]) };
        var dense = """ "layer": {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 1, "use_bias": false}, "registered_name": null}, "trainable": false """;
        var misses = Judge("TimeDistributed", dense, "", tensors, """ {"name": "kernel", "path": "time_distributed/d/kernel", "shape": [1, 1], "trainable": true} """);
        Assert.That(misses, right ? Is.Empty : Has.Some.Contains("dw_0"));
    }
}
