using NUnit.Framework;

namespace Zoo.Tests.Saving;

/// <summary>Tests with files: each has a folder of its own, which goes with it.</summary>
public abstract class InFolder
{
    private protected string Folder { get; private set; } = null!;

    [SetUp]
    public void MakeFolder() => Folder = Directory.CreateTempSubdirectory("zoo").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Folder, recursive: true);

    /// <summary>The path of a file in the folder.</summary>
    private protected string At(string name) => Path.Combine(Folder, name);
}
