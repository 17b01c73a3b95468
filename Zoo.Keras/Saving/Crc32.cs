using System.Buffers.Binary;

namespace Zoo.Keras.Saving;

/// <summary>The checksum of zip entries, which .NET's reader does not compare; eight bytes at a time.</summary>
static class Crc32
{
    static readonly uint[][] Tables = Build();

    static uint[][] Build()
    {
        var tables = new uint[8][];
        for (var t = 0; t < 8; t++) tables[t] = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            tables[0][i] = c;
        }
        for (var t = 1; t < 8; t++)
            for (var i = 0; i < 256; i++) tables[t][i] = tables[0][tables[t - 1][i] & 0xff] ^ tables[t - 1][i] >> 8;
        return tables;
    }

    /// <summary>The checksum of <paramref name="bytes"/> after what gave <paramref name="before"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var c = ~before;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint a = c ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes), b = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            c = Tables[7][a & 0xff] ^ Tables[6][a >> 8 & 0xff] ^ Tables[5][a >> 16 & 0xff] ^ Tables[4][a >> 24]
                ^ Tables[3][b & 0xff] ^ Tables[2][b >> 8 & 0xff] ^ Tables[1][b >> 16 & 0xff] ^ Tables[0][b >> 24];
        }
        foreach (var x in bytes) c = Tables[0][(c ^ x) & 0xff] ^ c >> 8;
        return ~c;
    }
}
