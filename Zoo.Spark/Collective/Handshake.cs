using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Zoo.Spark.Collective;

/// <summary>Who knocks: a worker at a worker, or a worker at the driver.</summary>
/// <param name="Door">What is asked for: 0 the exchange between workers, 1 the driver's commands.</param>
/// <param name="Rank">The rank of who dials.</param>
/// <param name="Attempt">Which start of the job it belongs to: one of an earlier start is refused.</param>
/// <param name="Signed">Whether every frame carries a MAC.</param>
internal readonly record struct Hello(byte Door, int Rank, int Attempt, bool Signed);

/// <summary>
/// Both sides prove that they know the job's secret before anything else is said: HMAC-SHA256 over what was said so far, with a nonce of each side, so that
/// nothing said before is of use again. All messages have fixed sizes. The one who answers proves first.
/// </summary>
internal static class Handshake
{
    const int NonceSize = 32, HelloSize = 16 + NonceSize, ProofSize = 32;
    static readonly byte[] mark = "ZOOHELO1"u8.ToArray();

    /// <summary>The dialling side.</summary>
    internal static Secrets Dial(Socket socket, Hello hello, byte[] secret, Deadline deadline)
    {
        Span<byte> said = stackalloc byte[HelloSize + NonceSize], proof = stackalloc byte[ProofSize];
        Write(said, hello);
        Wire.Send(socket, said[..HelloSize], deadline);
        Wire.Receive(socket, said[HelloSize..], deadline);
        Wire.Receive(socket, proof, deadline);
        if (!CryptographicOperations.FixedTimeEquals(proof, Proof(secret, "answer", said)))
            throw new AuthenticationException("the other side does not know the job's secret. Expected the secret of this job's driver. Start both with the same secret.");
        Wire.Send(socket, Proof(secret, "dial", said), deadline);
        return new(secret, said);
    }

    /// <summary>The answering side; <paramref name="welcome"/> says which are let in.</summary>
    internal static (Hello Hello, Secrets Secrets) Answer(Socket socket, byte[] secret, Func<Hello, bool> welcome, Deadline deadline)
    {
        Span<byte> said = stackalloc byte[HelloSize + NonceSize], proof = stackalloc byte[ProofSize];
        Wire.Receive(socket, said[..HelloSize], deadline);
        if (!said[..mark.Length].SequenceEqual(mark)) throw new AuthenticationException("what came is no greeting.");
        var hello = Read(said);
        RandomNumberGenerator.Fill(said[HelloSize..]);
        Wire.Send(socket, said[HelloSize..], deadline);
        Wire.Send(socket, Proof(secret, "answer", said), deadline);
        Wire.Receive(socket, proof, deadline);
        if (!CryptographicOperations.FixedTimeEquals(proof, Proof(secret, "dial", said))) throw new AuthenticationException("the other side does not know the job's secret.");
        if (!welcome(hello)) throw new AuthenticationException($"nobody expects {hello}.");
        return (hello, new(secret, said));
    }

    static void Write(Span<byte> into, Hello hello)
    {
        mark.CopyTo(into);
        BinaryPrimitives.WriteInt16LittleEndian(into[8..], checked((short)hello.Rank));
        BinaryPrimitives.WriteInt32LittleEndian(into[10..], hello.Attempt);
        (into[14], into[15]) = (hello.Door, hello.Signed ? (byte)1 : (byte)0);
        RandomNumberGenerator.Fill(into[16..HelloSize]);
    }

    static Hello Read(ReadOnlySpan<byte> from) => new(from[14], BinaryPrimitives.ReadInt16LittleEndian(from[8..]), BinaryPrimitives.ReadInt32LittleEndian(from[10..]), from[15] == 1);

    internal static byte[] Proof(byte[] secret, string side, ReadOnlySpan<byte> said)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        hmac.AppendData(System.Text.Encoding.ASCII.GetBytes(side));
        hmac.AppendData(said);
        return hmac.GetHashAndReset();
    }
}

/// <summary>What both sides know after the handshake, and nobody else.</summary>
internal sealed class Secrets
{
    internal Secrets(byte[] secret, ReadOnlySpan<byte> said)
    {
        Session = BinaryPrimitives.ReadUInt64LittleEndian(Handshake.Proof(secret, "session", said));
        MacKey = Handshake.Proof(secret, "mac", said);
    }

    internal ulong Session { get; }

    internal byte[] MacKey { get; }
}

/// <summary>The other side could not prove who it is.</summary>
internal sealed class AuthenticationException(string message) : Exception(message);
