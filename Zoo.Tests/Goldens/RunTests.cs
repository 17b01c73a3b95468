using System.Globalization;
using NUnit.Framework;

namespace Zoo.Tests.Goldens;

/// <summary>Whole training runs against Keras': the stored models, the same steps, losses, weights, predictions, histories.</summary>
/// <remarks>
/// <c>ZOO_REPORT</c> gets two lines a run: <c>runs</c> counts by the goldens' own tolerances, <c>runs with rounding</c> by what rounding alone may do (<see cref="RunRounding"/>)
/// where that is more. The test holds to the second.
/// </remarks>
[TestFixture("embedded")]
[TestFixture("tensorflow")]
[Category("Goldens")]
public class RunTests(string engine)
{
    readonly List<string> table = [];

    [OneTimeSetUp]
    public void Find()
    {
        if (engine == "tensorflow") Engine.TensorFlow.TensorFlowLibrary.Require();
    }

    [TestCaseSource(typeof(GoldenRun), nameof(GoldenRun.All))]
    public void RunsGiveWhatKerasGives(string model, string run)
    {
        GoldenRun golden = new(model, run);
        if (golden.Absent() is { Length: > 0 } absent)
        {
            Report.Add("runs", $"{model} {run} (absent)", 0, 1);
            Assert.Fail($"classes that are not built yet: {string.Join(", ", absent)}");
        }
        var check = golden.Make(engine);
        var rounding = check.Passed < check.All.Count ? RunRounding.Of(golden) : null;
        var bounds = check.All.Select((c, i) => Math.Max(c.Tolerance, rounding?.Bound(i) ?? 0)).ToArray();
        var beyond = check.All.Where((c, i) => !c.Holds).ToArray();
        var wrong = check.All.Where((c, i) => !(c.Deviation <= bounds[i])).ToArray();
        Report.Add("runs", $"{model} {run} on {engine}", check.Passed, check.All.Count);
        Report.Add("runs with rounding", $"{model} {run} on {engine}", check.All.Count - wrong.Length, check.All.Count);
        Tell($"{model} {run}: {check.Passed}/{check.All.Count} within the goldens' tolerance{(beyond.Length > 0 ? $", {check.All.Count - wrong.Length} with rounding" : "")}; {check.Table}");
        for (var i = 0; rounding is not null && i < check.All.Count; i++)
            if (check.All[i] is { Holds: false, Actual: not null } c)
                Tell($"  {c.Name} differs by {c.Deviation:G2}, tolerance {c.Tolerance:G2}, rounding {rounding.Bound(i):G2}; from float64: Keras {rounding.Golden(i):G2}, ours {rounding.Distance(i, check):G2}");
        Assert.That(wrong.Select(c => c.Actual is null ? c.Name : c.Text), Is.Empty);
    }

    void Tell(FormattableString line) => table.Add(line.ToString(CultureInfo.InvariantCulture));

    [OneTimeTearDown]
    public void Print() => TestContext.Progress.WriteLine($"Training runs on {engine}, the largest deviation of each kind beside its tolerance:\n{string.Join('\n', table)}");
}
