using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine.TensorFlow;

namespace Zoo.Tests.Engine.TensorFlow;

sealed class TensorFlowLoaderTest
{
    [Test]
    public void A_missing_library_says_what_was_tried_and_what_to_do()
    {
        var folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-tensorflow");
        var platform = new TensorFlowLoader.Platform("linux-x64", [("libtensorflow_cc.so.2", ["libtensorflow_framework.so.2"]), ("libtensorflow.so", [])]);
        var error = Assert.Throws<EngineException>(() => TensorFlowLoader.Load(folder, "", platform))!;
        Assert.That(error.Message, Does.Contain(Path.Combine(folder, "libtensorflow_cc.so.2") + " (ZOO_TENSORFLOW): no such file").And.Contains("libtensorflow.so").And.Contains("SciSharp.TensorFlow.Redist"));
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "libtensorflow.so"), "not a library");
        Assert.That(Assert.Throws<EngineException>(() => TensorFlowLoader.Load(folder, "", platform))!.Message, Does.Contain("libtensorflow.so (ZOO_TENSORFLOW): "));
    }
}
