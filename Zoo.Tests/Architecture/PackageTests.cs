using System.IO.Compression;
using System.Xml.Linq;
using NUnit.Framework;

namespace Zoo.Tests.Architecture;

/// <summary>
/// The libraries as packages, and a program outside the solution that has nothing but these (docs/publishing.md). Runs only when asked for:
/// <c>ZOO_PUBLISH=1 dotnet test -c Release --filter FullyQualifiedName~PackageTests</c>.
/// </summary>
internal sealed class PackageTests : Publishing
{
    const string Version = "0.1.0-test";   // never in anybody's cache

    const string Project = $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
            <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Zoo.Transfer" Version="{Version}" />
            <PackageReference Include="Zoo.Spark" Version="{Version}" />
          </ItemGroup>
        </Project>
        """;

    const string Program = """
        using Zoo.Keras;
        using Zoo.Spark;
        using Zoo.Transfer;

        float[,] x = new float[64, 4], y = new float[64, 1];
        for (var i = 0; i < 64; i++)
            for (var j = 0; j < 4; j++) y[i, 0] += x[i, j] = MathF.Sin(i * 4 + j);
        Sequential model = [new Dense(8, "tanh") { Name = "front" }, new Dense(1)];
        model.Compile(new Adam(1e-2), "mse");
        var losses = model.Fit(x, y, epochs: 20, verbose: 0)["loss"];
        using (var zoo = ZooContext.Start("local-processes[2]")) losses = [.. losses, .. model.Fit(x, y, epochs: 2, verbose: 0, trainer: zoo)["loss"]];
        model.Save("model.keras");
        var again = Model.Load("model.keras");
        Console.WriteLine($"trained: {losses[^1] < losses[0] / 2}");
        Console.WriteLine($"equal: {again.Predict(x).ToArray<float>().SequenceEqual(model.Predict(x).ToArray<float>())}");
        Console.WriteLine($"cut: {Net.LoadKeras("model.keras").NewGraph("front").Predict(x).Shape}");
        foreach (var type in (Type[])[typeof(Zoo.Autograd.Variable), typeof(Model), typeof(Net), typeof(ZooContext)]) Console.WriteLine(type.Assembly.Location);
        """;

    string Packages => Path.Combine(Folder, "packages");

    string Home => Path.Combine(Folder, "program");

    [OneTimeSetUp]
    public void Pack()
    {
        Run("dotnet", Sources.Root, ["pack", "Zoo.Keras.sln", "-c", "Release", "-o", Packages, $"-p:Version={Version}", "--artifacts-path", Path.Combine(Folder, "artifacts"), "-v", "quiet", "--nologo"]);
        Directory.CreateDirectory(Home);
        File.WriteAllText(Path.Combine(Home, "program.csproj"), Project);
        File.WriteAllText(Path.Combine(Home, "Program.cs"), Program);
        // what others made is taken from the developer's cache, ours goes to a cache of its own
        File.WriteAllText(Path.Combine(Home, "nuget.config"), $"""
            <configuration>
              <packageSources><add key="ours" value="{Packages}" /></packageSources>
              <fallbackPackageFolders><add key="theirs" value="{Cache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    [TestCase("Zoo.Autograd", "Google.Protobuf", "System.Numerics.Tensors", "libtorch-cpu-linux-x64", "libtorch-cpu-osx-arm64", "libtorch-cpu-win-x64")]
    [TestCase("Zoo.Keras", "Zoo.Autograd", "HarfBuzzSharp.NativeAssets.Linux", "ScottPlot", "SkiaSharp", "SkiaSharp.HarfBuzz", "SkiaSharp.NativeAssets.Linux.NoDependencies", "Spectre.Console")]
    [TestCase("Zoo.Spark", "Zoo.Keras")]
    [TestCase("Zoo.Transfer", "Zoo.Keras", "Google.Protobuf")]
    public void APackageSaysWhatItIsAndNeeds(string id, params string[] needs)
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages, $"{id}.{Version}.nupkg"));
        using var stream = package.GetEntry($"{id}.nuspec")!.Open();
        var data = XDocument.Load(stream).Root!.Elements().Single();
        string Of(string name) => data.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.That((Of("id"), Of("version")), Is.EqualTo((id, Version)));
        Assert.That(Of("description"), Has.Length.GreaterThan(60));
        Assert.That(package.GetEntry(Of("readme")), Is.Not.Null);
        Assert.That(data.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (string?)e.Attribute("id")), Is.EquivalentTo(needs));
        var files = package.Entries.Select(e => e.FullName).ToArray();
        Assert.That(new[] { $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml" }, Is.SubsetOf(files));
        // a worker's program lies beside the one that starts it, so it has no form in a folder of its machine
        Assert.That(files.Contains($"runtimes/linux-x64/lib/net10.0/{id}.dll"), Is.EqualTo(IsLinuxX64 && id != "Zoo.Spark"));
        using var symbols = ZipFile.OpenRead(Path.Combine(Packages, $"{id}.{Version}.snupkg"));
        Assert.That(symbols.GetEntry($"lib/net10.0/{id}.pdb"), Is.Not.Null);
    }

    [Test]
    public void AProgramOfPackagesRuns()
    {
        Run("dotnet", Home, ["build", "-c", "Release", "-v", "quiet", "--nologo"], Environment);
        var output = Path.Combine(Home, "bin", "Release", "net10.0");
        foreach (var file in (string[])["linux-x64/native/libtorch_cpu.so", "win-x64/native/torch_cpu.dll", "osx-arm64/native/libtorch_cpu.dylib"]) Assert.That(Path.Combine(output, "runtimes", file), Does.Exist);
        var said = Lines(Run("dotnet", Home, [Path.Combine(output, "program.dll")], Environment));
        Assert.That(said[..3], Is.EqualTo((string[])["trained: True", "equal: True", "cut: [64, 8]"]));
        if (!IsLinuxX64) return;
        Assert.That(said[3..6].Select(f => (Path.GetRelativePath(output, Path.GetDirectoryName(f)!), HasNativeCode(f))), Is.All.EqualTo((Path.Combine("runtimes", "linux-x64", "lib", "net10.0"), true)));
        Assert.That((said[6], HasNativeCode(said[6])), Is.EqualTo((Path.Combine(output, "Zoo.Spark.dll"), false)));
    }

    [TestCase("linux-x64", "libtorch_cpu.so")]
    [TestCase("win-x64", "torch_cpu.dll")]
    [TestCase("osx-arm64", "libtorch_cpu.dylib")]
    public void AProgramOfPackagesIsPublishedForAnyMachine(string machine, string library)
    {
        var target = Path.Combine(Folder, machine);
        Run("dotnet", Home, ["publish", "-c", "Release", "-r", machine, "-o", target, "-v", "quiet", "--nologo"], Environment);
        Assert.That(Directory.GetFiles(target, "*torch_cpu.*").Select(Path.GetFileName), Does.Contain(library));
        Assert.That(Path.Combine(target, "runtimes"), Does.Not.Exist);
        foreach (var file in Directory.GetFiles(target, "Zoo.*.dll"))
            Assert.That(HasNativeCode(file), Is.EqualTo(machine == "linux-x64" && IsLinuxX64 && Path.GetFileName(file) != "Zoo.Spark.dll"), file);
        if (machine != "linux-x64" || !OperatingSystem.IsLinux()) return;
        Assert.That(Lines(Run(Path.Combine(target, "program"), Folder, [], Environment))[..3], Is.EqualTo((string[])["trained: True", "equal: True", "cut: [64, 8]"]));
    }

    static string[] Lines(string output) => output.Trim().Split('\n');

    static string Cache => System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    (string, string?)[] Environment => [("NUGET_PACKAGES", Path.Combine(Folder, "cache")), ("ZOO_SHARED", null), ("ZOO_TENSORFLOW", null), ("ZOO_ENGINE", null), ("ZOO_TORCH", null)];
}
