namespace Zoo.Autograd.Engine.Torch;

/// <summary>
/// The strings of a run. On the embedded engine an element of a string tensor is a number, the string's place in this table, where each text stands once: whatever moves or
/// compares elements works as it does for int64. The place 0 is the empty string, so zeros are empty strings. Values of
/// variants have a list of their own.
/// </summary>
internal sealed class TextTable
{
    [ThreadStatic] static TextTable? current;
    readonly List<object?> values = [];
    readonly List<byte[]> texts = [[]];
    readonly Dictionary<byte[], long> places = new(Comparer.Instance) { [[]] = 0 };

    /// <summary>The table of the run that this engine thread does.</summary>
    internal static TextTable Current => current ?? throw new InvalidOperationException("TextTable: no run of a plan is under way on this thread.");

    /// <summary>Makes this the table of the run, unless the run is part of another, whose table it shares. True where it was made so.</summary>
    internal bool Enter()
    {
        if (current is not null) return false;
        current = this;
        return true;
    }

    /// <summary>Ends the run that <see cref="Enter"/> began: no tensor of it is left.</summary>
    internal void Leave()
    {
        current = null;
        values.Clear();
        if (texts.Count == 1) return;
        texts.RemoveRange(1, texts.Count - 1);
        places.Clear();
        places[texts[0]] = 0;
    }

    /// <summary>Keeps a value of a variant to the end of the run.</summary>
    internal long Hold(object? value)
    {
        values.Add(value);
        return values.Count - 1;
    }

    internal object? Held(long place) => values[(int)place];

    internal byte[] this[long place] => texts[(int)place];

    internal long Place(byte[] text)
    {
        if (places.TryGetValue(text, out var place)) return place;
        texts.Add(text);
        return places[text] = texts.Count - 1;
    }

    sealed class Comparer : IEqualityComparer<byte[]>
    {
        internal static readonly Comparer Instance = new();

        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] text)
        {
            var hash = new HashCode();
            hash.AddBytes(text);
            return hash.ToHashCode();
        }
    }
}
