namespace Zoo.Autograd.Engine;

/// <summary>
/// The lock over the Parameters of joined models: a run reads under it, its assignments (and Set) write under it, so that others see whole
/// steps only. Stores are joined when a program that uses both is compiled.
/// </summary>
internal sealed class ParameterStore
{
    static readonly Lock joining = new();
    readonly ReaderWriterLockSlim gate = new(LockRecursionPolicy.SupportsRecursion);
    ParameterStore? parent;

    internal ParameterStore Root
    {
        get
        {
            var store = this;
            while (store.parent is { } up) store = up;
            return store;
        }
    }

    /// <summary>Makes one store of those of all given Parameters.</summary>
    internal static ParameterStore Join(IReadOnlyList<Parameter> parameters)
    {
        lock (joining)
        {
            var root = parameters.Count > 0 ? parameters[0].Store.Root : new();
            foreach (var p in parameters)
                if (!ReferenceEquals(p.Store.Root, root)) p.Store.Root.parent = root;
            return root;
        }
    }

    internal Hold Reading() => new(this, write: false);

    internal Hold Writing() => new(this, write: true);

    /// <summary>The lock while it is held.</summary>
    internal readonly ref struct Hold
    {
        readonly ReaderWriterLockSlim held;
        readonly bool write;

        internal Hold(ParameterStore store, bool write)
        {
            this.write = write;
            while (true)
            {
                var root = store.Root;
                held = root.gate;
                if (write) held.EnterWriteLock(); else held.EnterReadLock();
                if (ReferenceEquals(store.Root, root)) return;
                Dispose();
            }
        }

        public void Dispose()
        {
            if (write) held.ExitWriteLock(); else held.ExitReadLock();
        }
    }
}
