using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Engine;
using Zoo.Keras;
using Zoo.Keras.Saving;

namespace Zoo.Tests.Goldens;

/// <summary>One file of goldens/families: its cases by class, with totals of those whose class exists here.</summary>
sealed class Family(string family, string module)
{
    readonly Dictionary<string, NDArray> tensors = SafeTensors.Load(Shared.File($"goldens/families/{family}.safetensors"));

    /// <summary>What is run for a case. All cases of a class are one program, for TensorFlow's session grows with each.</summary>
    internal sealed class Work
    {
        internal List<Variable> Feeds { get; } = [];
        /// <summary>The values of the feeds, for each run.</summary>
        internal List<NDArray>[] Runs { get; init; } = [[]];
        internal Variable[] Fetches { get; init; } = [];
        internal (Parameter, Variable)[] Updates { get; set; } = [];
        /// <summary>What is fetched after each run's updates.</summary>
        internal Variable[] After { get; init; } = [];
        /// <summary>Judges a run: its number, what was fetched in it and after it.</summary>
        internal required Action<int, NDArray[], NDArray[]> Verify { get; init; }
        internal Exception? Failure { get; set; }
    }

    /// <summary>Checks all cases of classes that exist; writes totals, and fails naming every miss.</summary>
    internal void Check(string engine, Func<FamilyCase, Work> prepare, Func<string, bool>? knows = null)
    {
        var file = (Dictionary<string, object?>)Json.Parse(File.ReadAllBytes(Shared.File($"goldens/families/{family}.json")), family)!;
        var misses = new List<string>();
        foreach (var group in ((List<object?>)file["cases"]!).Select(c => new FamilyCase((Dictionary<string, object?>)c!, tensors)).GroupBy(c => c.Class))
        {
            var total = group.Count();
            if (!(knows?.Invoke(group.Key) ?? KerasRegistry.Find(module, group.Key, null, typeof(object)) is not null))
            {
                TestContext.Out.WriteLine($"{family}/{group.Key}: absent, {total} cases");
                Report.Add("families", $"{family}/{group.Key} (absent)", 0, total);
                misses.Add($"{family}/{group.Key}: there is no class of that name, for {total} cases");
                continue;
            }
            var failed = new List<string>();
            var work = new List<(FamilyCase Case, Work Work)>();
            foreach (var one in group)
            {
                try { work.Add((one, prepare(one))); }
                catch (Exception e) { failed.Add($"{one.Name}: {e.Message}"); }
            }
            Run(Engines.Find(engine), group.Key, [.. work.Select(w => w.Work)]);
            failed.AddRange(work.Where(w => w.Work.Failure is not null).Select(w => $"{w.Case.Name}: {w.Work.Failure!.Message}"));
            misses.AddRange(failed);
            TestContext.Out.WriteLine($"{family}/{group.Key}: {total - failed.Count}/{total}");
            Report.Add("families", $"{family}/{group.Key} on {engine}", total - failed.Count, total);
        }
        Assert.That(misses, Is.Empty, string.Join('\n', misses));
    }

    static void Run(IEngine on, string name, Work[] all)
    {
        if (all.Length == 0) return;
        using var session = on.Compile(new() { Name = name, Feeds = [.. all.SelectMany(w => w.Feeds)], Fetches = [.. all.SelectMany(w => w.Fetches)], Updates = [.. all.SelectMany(w => w.Updates)] });
        using var reading = on.Compile(new() { Name = name + "_after", Feeds = [], Fetches = [.. all.SelectMany(w => w.After)] });
        var (fetched, after) = (new NDArray?[all.Sum(w => w.Fetches.Length)], new NDArray?[all.Sum(w => w.After.Length)]);
        for (var run = 0; run < all.Max(w => w.Runs.Length); run++)
        {
            session.Run([.. all.SelectMany(w => w.Runs[run])], fetched);
            if (after.Length > 0) reading.Run([], after);
            var (a, b) = (0, 0);
            foreach (var work in all)
            {
                var (mine, later) = (fetched[a..(a += work.Fetches.Length)], after[b..(b += work.After.Length)]);
                try { if (work.Failure is null) work.Verify(run, mine!, later!); }
                catch (Exception e) { work.Failure = e; }
            }
        }
    }
}
