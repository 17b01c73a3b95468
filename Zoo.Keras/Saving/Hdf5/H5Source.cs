using Microsoft.Win32.SafeHandles;

namespace Zoo.Keras.Saving;

/// <summary>The bytes of an HDF5 file, on disk or in memory, read at any place.</summary>
abstract class H5Source : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="into"/> from <paramref name="offset"/>; the caller has checked that the bytes exist.</summary>
    public abstract void Read(long offset, Span<byte> into);

    public virtual void Dispose() { }

    public static H5Source Of(ReadOnlyMemory<byte> bytes) => new Memory(bytes);

    public static H5Source Open(string path, bool deleteOnClose = false) =>
        new Disk(File.OpenHandle(path, options: deleteOnClose ? FileOptions.DeleteOnClose : FileOptions.None));

    sealed class Memory(ReadOnlyMemory<byte> bytes) : H5Source
    {
        public override long Length => bytes.Length;
        public override void Read(long offset, Span<byte> into) => bytes.Span.Slice((int)offset, into.Length).CopyTo(into);
    }

    sealed class Disk(SafeFileHandle handle) : H5Source
    {
        public override long Length { get; } = RandomAccess.GetLength(handle);

        public override void Read(long offset, Span<byte> into)
        {
            while (into.Length > 0)
            {
                var n = RandomAccess.Read(handle, into, offset);
                if (n == 0) throw new EndOfStreamException("The file became shorter while it was read.");
                offset += n;
                into = into[n..];
            }
        }

        public override void Dispose() => handle.Dispose();
    }
}
