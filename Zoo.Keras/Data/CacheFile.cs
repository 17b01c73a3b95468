using System.Globalization;
using System.IO.Compression;
using Zoo.Keras.Saving;

namespace Zoo.Keras;

/// <summary>Elements in a file: a zip archive with a safetensors entry for each.</summary>
internal static class CacheFile
{
    internal static Dataset<T> Of<T>(Dataset<T> source, string path)
    {
        return new(source.Count, pass => File.Exists(path) ? Read(pass) : Write(pass));

        IEnumerable<T> Read(Pass pass)
        {
            using var zip = ZipFile.OpenRead(path);
            var (form, known) = (default(T)!, false);
            for (var i = 0; zip.GetEntry(Entry(i)) is { } entry; i++)
            {
                pass.Cancel.ThrowIfCancellationRequested();
                var arrays = SafeTensors.Load(Whole(entry), $"{path}: {entry.FullName}");
                var leaves = Enumerable.Range(0, arrays.Count).Select(k => arrays.GetValueOrDefault(Leaf(k)) ?? throw new InvalidDataException($"Dataset.Cache: {path}: element {i} lacks array {k}. Expected a file that Cache wrote. Delete it.")).ToArray();
                if (!known) (form, known) = (Form(source, pass), true);
                yield return Elements.Like(form, leaves);
            }
        }

        // written beside, and renamed when all elements have been given
        IEnumerable<T> Write(Pass pass)
        {
            var beside = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                using (var zip = ZipFile.Open(beside, ZipArchiveMode.Create))
                {
                    var i = 0;
                    foreach (var item in source.Open(pass))
                    {
                        using (var entry = zip.CreateEntry(Entry(i++), CompressionLevel.NoCompression).Open())
                            SafeTensors.Save(entry, Elements.Leaves(item).Select((a, k) => KeyValuePair.Create(Leaf(k), a)));
                        yield return item;
                    }
                }
                File.Move(beside, path, overwrite: true);
            }
            finally
            {
                File.Delete(beside);
            }
        }
    }

    /// <summary>Files hold arrays; what they are arranged in is seen in a first element.</summary>
    static T Form<T>(Dataset<T> source, Pass pass)
    {
        foreach (var item in source.Open(pass)) return item;
        throw new InvalidDataException("Dataset.Cache: the file holds elements, the data behind it are empty. Expected the data that it was made of. Delete the file.");
    }

    static MemoryStream Whole(ZipArchiveEntry entry)
    {
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        stream.ReadExactly(bytes);
        return new(bytes);
    }

    static string Entry(int i) => string.Create(CultureInfo.InvariantCulture, $"{i}.safetensors");

    static string Leaf(int k) => k.ToString(CultureInfo.InvariantCulture);
}
