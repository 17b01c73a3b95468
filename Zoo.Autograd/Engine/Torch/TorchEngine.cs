using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>The embedded engine: libtorch's kernels and our own element-wise ones. The default everywhere.</summary>
internal sealed class TorchEngine : IEngine
{
    public string Name => "embedded";

    public string Version => TorchLoader.Version;

    public bool Place(Parameter parameter, NDArray memory) => TorchCell.Place(parameter, memory);

    public ISession Compile(Program program) => Engines.Debug ? new DebugSession(program, p => new TorchSession(p)) : new TorchSession(program);
}
