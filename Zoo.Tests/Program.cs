using Zoo.Tests.Saving;

namespace Zoo.Tests;

/// <summary>What child processes of tests do: tests that need limits or endings of a whole process start this assembly again.</summary>
static class Program
{
    static int Main(string[] arguments) => arguments switch
    {
        ["save", var path] => DiskFullTests.SaveInChild(path),
        ["train", var number, var folder, var backup, var step, var every] => Training.ResumeTests.TrainInChild(number, folder, backup, step, every),
        ["train-by-processes"] => Cluster.InterruptTests.TrainInChild(),
        ["page-faults"] => Engine.TorchGroundTests.PrintFaults(),
        ["load"] => Engine.TorchGroundTests.Load(),
        _ => throw new ArgumentException("This is a test assembly. Expected 'dotnet test'."),
    };
}
