using System.Net;
using System.Net.Sockets;

namespace Zoo.Tests.Cluster;

/// <summary>Passes one connection on, remembers what the dialling side said, can say more in its name, and can cut it.</summary>
sealed class Relay : IDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly MemoryStream said = new();
    TcpClient? near, far;

    internal Relay(IPEndPoint to)
    {
        listener.Start();
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
        _ = Task.Run(() =>
        {
            near = listener.AcceptTcpClient();
            far = new(to.AddressFamily);
            far.Connect(to);
            _ = Task.Run(() => Pass(far.GetStream(), near.GetStream(), null));
            Pass(near.GetStream(), far.GetStream(), said);
        });
    }

    internal IPEndPoint EndPoint { get; }

    internal byte[] Said
    {
        get
        {
            lock (said) return said.ToArray();
        }
    }

    /// <summary>Says something in the dialling side's name.</summary>
    internal void Inject(byte[] bytes) => far!.GetStream().Write(bytes);

    internal void Cut()
    {
        near!.Client.Close(0);
        far!.Client.Close(0);
    }

    static void Pass(NetworkStream from, NetworkStream to, MemoryStream? copy)
    {
        var buffer = new byte[4096];
        try
        {
            for (int n; (n = from.Read(buffer)) > 0;)
            {
                if (copy is not null) lock (copy) copy.Write(buffer, 0, n);
                to.Write(buffer, 0, n);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // one side is gone: so is the relay
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        near?.Dispose();
        far?.Dispose();
        said.Dispose();
    }
}
