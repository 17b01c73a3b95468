using System.IO.Compression;
using NUnit.Framework;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Saving;

/// <summary>Chunked and packed datasets, as h5py writes them with compression="gzip", shuffle=True, fletcher32=True: put together by hand from the format's specification.</summary>
public class H5ChunkTests
{
    const int Rows = 5, Columns = 7, ChunkRows = 2, ChunkColumns = 3;

    static byte[] File(bool shuffle, bool deflate, bool checksum, int announcedRows = Rows, int announcedChunk = ChunkRows)
    {
        var chunks = new List<(int Row, int Column, byte[] Bytes)>();
        for (var r = 0; r < Rows; r += ChunkRows)
            for (var c = 0; c < Columns; c += ChunkColumns)
            {
                var values = new float[ChunkRows * ChunkColumns];
                for (var i = 0; i < ChunkRows; i++)
                    for (var j = 0; j < ChunkColumns; j++) values[i * ChunkColumns + j] = r + i < Rows && c + j < Columns ? (r + i) * 10 + c + j : -1;
                var bytes = new byte[values.Length * 4];
                Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
                if (shuffle) bytes = [.. Enumerable.Range(0, bytes.Length).Select(i => bytes[i % values.Length * 4 + i / values.Length])];
                if (deflate)
                {
                    var packed = new MemoryStream();
                    using (var z = new ZLibStream(packed, CompressionLevel.Fastest)) z.Write(bytes);
                    bytes = packed.ToArray();
                }
                if (checksum) bytes = [.. bytes, 0, 0, 0, 0];
                chunks.Add((r, c, bytes));
            }
        const int root = 48, dataset = 200, tree = 500;
        var at = tree + 24 + (chunks.Count + 1) * 32 + chunks.Count * 8;
        var index = new H5Bytes().Raw("TREE"u8).Raw([1, 0]).U16(chunks.Count).Undefined().Undefined();
        var data = new H5Bytes();
        foreach (var (row, column, bytes) in chunks)
        {
            index.U32(bytes.Length).U32(0).U64(row).U64(column).U64(0).U64(at + data.Length);
            data.Raw(bytes);
        }
        var filters = new H5Bytes();
        var count = 0;
        foreach (var (used, id, value) in new[] { (shuffle, 2, 4), (deflate, 1, 6), (checksum, 3, 0) })
            if (used)
            {
                count++;
                filters.U16(id).U16(0).U16(0).U16(id == 3 ? 0 : 1);
                if (id != 3) filters.U32(value).U32(0);
            }
        var messages = new H5Bytes();
        void Message(int kind, H5Bytes body) => messages.U16(kind).U16(body.Pad().Length).U32(0).Append(body);
        Message(1, new H5Bytes().Raw([1, 2, 0, 0, 0, 0, 0, 0]).U64(announcedRows).U64(Columns));
        Message(3, new H5Bytes().Raw(H5Type.Encode(Zoo.Autograd.DType.Float32)));
        Message(8, new H5Bytes().Raw([3, 2, 3]).U64(tree).U32(announcedChunk).U32(ChunkColumns).U32(4));
        if (count > 0) Message(11, new H5Bytes().Raw([1, (byte)count, 0, 0, 0, 0, 0, 0]).Append(filters));
        var link = new H5Bytes().Raw([1, 0, 1]).Raw("d"u8).U64(dataset).Pad();
        var file = new H5Bytes().Raw(H5Reader.Signature).Raw([2, 8, 8, 0]).U64(0).Undefined().U64(at + data.Length).U64(root).U32(0);
        file.Raw([1, 0]).U16(1).U32(1).U32(8 + link.Length).U32(0).U16(6).U16(link.Length).U32(0).Append(link);
        file.Raw(new byte[dataset - file.Length]).Raw([1, 0]).U16(3 + Math.Min(count, 1)).U32(1).U32(messages.Length).U32(0).Append(messages);
        file.Raw(new byte[tree - file.Length]).Append(index).Raw(new byte[at - tree - index.Length]).Append(data);
        return file.ToArray([]);
    }

    static float[] Read(byte[] file) =>
        ((H5Tests.Read(file).Find("d") as H5Dataset ?? throw new ModelFileException("renamed")).Read() is { DType: Zoo.Autograd.DType.Float32 } array ? array : throw new ModelFileException("retyped")).ToArray<float>();

    [Test]
    public void Chunks_are_put_together([Values] bool shuffle, [Values] bool deflate, [Values] bool checksum)
    {
        var values = Read(File(shuffle, deflate, checksum));
        Assert.That(values, Is.EqualTo(Enumerable.Range(0, Rows * Columns).Select(i => (float)(i / Columns * 10 + i % Columns))));
    }

    [Test]
    public void A_shape_or_chunk_that_promises_far_more_than_is_stored_is_refused()
    {
        Assert.That(() => Read(File(true, true, false, announcedRows: 50_000_000)), Throws.TypeOf<ModelFileException>().With.Message.Contains("announces"));
        Assert.That(() => Read(File(true, true, false, announcedChunk: 100_000_000)), Throws.TypeOf<ModelFileException>().With.Message.Contains("announces"));
    }

    [Test]
    public void Damaged_chunks_give_a_clear_error()
    {
        var file = File(true, true, true);
        var refused = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])file.Clone();
            for (var k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try { Read(bytes); }
            catch (ModelFileException) { refused++; }
        }
        Assert.That(refused, Is.GreaterThan(50));
    }
}
