using System.Collections;

namespace Zoo.Keras;

/// <summary>
/// A sequence of elements that is enumerated again for each epoch, and the steps that make batches of it (TensorFlow's tf.data in C#): Fit, Evaluate and
/// PredictBatches take it as it is. Its order is the same in every run, also where several threads make the elements; <see cref="Shuffle"/> gives each epoch an order
/// that derives from the seed and the epoch's number. Threads run only while somebody enumerates.
/// </summary>
/// <typeparam name="T">An element: for batches an <see cref="NDArray"/>, a tuple (x, y) or (x, y, sampleWeight) of them, or <see cref="Arrays"/>.</typeparam>
/// <example><code>
/// var train = Dataset.ListFiles("pictures").Shuffle(1000, seed: 1).Map(f => (Images.Read(f, 64, 64), NDArray.Scalar(f.Contains("cat") ? 1 : 0)), threads: 2).Batch(32).Prefetch(2);
/// model.Fit(train, epochs: 3);
/// </code></example>
public class Dataset<T> : IPasses<T>
{
    readonly Func<Pass, IEnumerable<T>> open;
    int passes = -1;

    internal Dataset(int? count, Func<Pass, IEnumerable<T>> open) => (Count, this.open) = (count, open);

    private protected Dataset(Dataset<T> other) => (Count, open) = (other.Count, other.open);

    /// <summary>The number of elements, where it is known beforehand.</summary>
    public int? Count { get; }

    IEnumerable<T> IPasses<T>.Open(Pass pass) => Open(pass);

    internal IEnumerable<T> Open(Pass pass) => open(pass);

    /// <summary>Enumerates the elements: each enumeration is the next pass.</summary>
    public IEnumerator<T> GetEnumerator() => open(new(Interlocked.Increment(ref passes), default)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Changes each element.</summary>
    /// <param name="map">The change. Called by several threads at once where there are several.</param>
    /// <param name="threads">Threads that do it beside the one that enumerates; with 0 that one does it itself. The order stays.</param>
    /// <exception cref="DatasetException">While enumerating: the change failed; the message names the element.</exception>
    public Dataset<TResult> Map<TResult>(Func<T, TResult> map, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(map);
        NotNegative("Map", nameof(threads), threads);
        return new(Count, pass => threads > 0 ? Background<T, TResult>.Run("Map", this, map, threads, 2 * threads, pass) : Plain(pass));

        IEnumerable<TResult> Plain(Pass pass)
        {
            var at = 0;
            foreach (var item in open(pass)) yield return DatasetException.Guard("Map", at++, item, map);
        }
    }

    /// <summary>Leaves out the elements that a test refuses.</summary>
    public Dataset<T> Filter(Func<T, bool> keep) => new(null, pass => open(pass).Where(keep));

    /// <summary>Elements in random order: each is drawn from a buffer, which the following ones fill again.</summary>
    /// <param name="buffer">The elements to choose from; as many as there are for an even shuffle.</param>
    /// <param name="seed">Where the order comes from.</param>
    /// <param name="reshuffleEachIteration">Whether each pass has another order.</param>
    public Dataset<T> Shuffle(int buffer, int seed = 0, bool reshuffleEachIteration = true)
    {
        Positive("Shuffle", nameof(buffer), buffer);
        return new(Count, Shuffled);

        IEnumerable<T> Shuffled(Pass pass)
        {
            var random = new SplitMix(SplitMix.Derive((ulong)seed, $"pass {(reshuffleEachIteration ? pass.Number : 0)}"));
            var held = new List<T>();
            foreach (var item in open(pass))
            {
                held.Add(item);
                if (held.Count >= buffer) yield return Draw();
            }
            while (held.Count > 0) yield return Draw();

            T Draw()
            {
                var i = random.Next(held.Count);
                var item = held[i];
                held[i] = held[^1];
                held.RemoveAt(held.Count - 1);
                return item;
            }
        }
    }

    /// <summary>Joins elements: arrays become rows of larger ones.</summary>
    /// <param name="size">Elements of a batch; the last may have fewer.</param>
    /// <param name="dropRemainder">Whether a smaller last batch is left out.</param>
    /// <exception cref="DatasetException">While enumerating: shapes or types differ.</exception>
    public Dataset<T> Batch(int size, bool dropRemainder = false) => Batches("Batch", size, dropRemainder, Elements.Stack);

    /// <summary>Joins elements of different sizes: each array is filled up at its ends to the largest of the batch.</summary>
    /// <param name="size">Elements of a batch; the last may have fewer.</param>
    /// <param name="paddingValue">What numbers are filled up with; texts become empty.</param>
    /// <param name="dropRemainder">Whether a smaller last batch is left out.</param>
    public Dataset<T> PaddedBatch(int size, double paddingValue = 0, bool dropRemainder = false) => Batches("PaddedBatch", size, dropRemainder, parts => Elements.Pad(parts, paddingValue));

    Dataset<T> Batches(string what, int size, bool dropRemainder, Func<NDArray[], NDArray> join)
    {
        Positive(what, nameof(size), size);
        return new(Count is { } n ? dropRemainder ? n / size : (n + size - 1) / size : null, Joined);

        IEnumerable<T> Joined(Pass pass)
        {
            var at = 0;
            foreach (var group in open(pass).Chunk(size))
            {
                if (group.Length < size && dropRemainder) yield break;
                yield return DatasetException.Guard(what, at++, group, g => Elements.Join(g, join));
            }
        }
    }

    /// <summary>A thread of its own makes elements ahead, while those before are used.</summary>
    /// <param name="ahead">How many.</param>
    public Dataset<T> Prefetch(int ahead = 2)
    {
        Positive("Prefetch", nameof(ahead), ahead);
        return new(Count, pass => Background<T, T>.Run("Prefetch", this, item => item, 1, ahead, pass));
    }

    /// <summary>Keeps the elements of the first whole pass and gives them again.</summary>
    /// <param name="path">A file that keeps them, also for later runs; null: memory. Delete it when the data change.</param>
    public Dataset<T> Cache(string? path = null)
    {
        if (path is not null) return CacheFile.Of(this, path);
        T[]? kept = null;
        return new(Count, pass => kept ?? Keep(pass));

        IEnumerable<T> Keep(Pass pass)
        {
            var all = new List<T>();
            foreach (var item in open(pass))
            {
                all.Add(item);
                yield return item;
            }
            kept = [.. all];
        }
    }

    /// <summary>The elements several times.</summary>
    /// <param name="count">How often; null: without end, for a Fit with stepsPerEpoch.</param>
    public Dataset<T> Repeat(int? count = null)
    {
        if (count is { } given) NotNegative("Repeat", nameof(count), given);
        return new(Count * count, Repeated);

        IEnumerable<T> Repeated(Pass pass)
        {
            for (var i = 0; count is null || i < count; i++)
            {
                var any = false;
                foreach (var item in open(pass with { Number = pass.Number * (count ?? 1 << 16) + i }))
                {
                    any = true;
                    yield return item;
                }
                if (!any) yield break;
            }
        }
    }

    /// <summary>The first elements.</summary>
    public Dataset<T> Take(int count)
    {
        NotNegative("Take", nameof(count), count);
        return new(Count is { } n ? Math.Min(n, count) : null, pass => open(pass).Take(count));
    }

    /// <summary>All elements but the first.</summary>
    public Dataset<T> Skip(int count)
    {
        NotNegative("Skip", nameof(count), count);
        return new(Count is { } n ? Math.Max(0, n - count) : null, pass => open(pass).Skip(count));
    }

    /// <summary>The elements, then those of another one.</summary>
    public Dataset<T> Concatenate(Dataset<T> other) => new(Count + other.Count, pass => open(pass).Concat(other.open(pass)));

    /// <summary>Pairs of elements of two; ends with the shorter one.</summary>
    public Dataset<(T, TOther)> Zip<TOther>(Dataset<TOther> other) =>
        new(Count is { } a && other.Count is { } b ? Math.Min(a, b) : null, pass => open(pass).Zip(other.Open(pass)));

    /// <summary>Makes a sequence of each element and takes from several of them in turn.</summary>
    /// <param name="map">The sequence of an element.</param>
    /// <param name="cycleLength">How many are open at once.</param>
    /// <param name="blockLength">How many elements are taken from one before the next comes.</param>
    public Dataset<TResult> Interleave<TResult>(Func<T, Dataset<TResult>> map, int cycleLength = 2, int blockLength = 1)
    {
        Positive("Interleave", nameof(cycleLength), cycleLength);
        Positive("Interleave", nameof(blockLength), blockLength);
        return new(null, pass => Elements.Interleave(open(pass), item => map(item).Open(pass), cycleLength, blockLength));
    }

    static void Positive(string where, string name, int value)
    {
        if (value < 1) throw new ArgumentOutOfRangeException(name, $"Dataset.{where}: {name} is {value}. Expected at least 1.");
    }

    static void NotNegative(string where, string name, int value)
    {
        if (value < 0) throw new ArgumentOutOfRangeException(name, $"Dataset.{where}: {name} is {value}. Expected 0 or more.");
    }
}
