using Zoo.Autograd.Graph;

namespace Zoo.Autograd.Engine;

/// <summary>Checks values against a program's inputs before anything native sees them.</summary>
internal static class FeedCheck
{
    internal static void Fits(Program program, ReadOnlySpan<NDArray> feeds)
    {
        if (feeds.Length != program.Feeds.Length)
            throw new ArgumentException($"{program.Name}: {feeds.Length} arrays were given. Expected {program.Feeds.Length}: {string.Join(", ", program.Feeds.Select(f => f.ToString()))}.");
        for (var i = 0; i < feeds.Length; i++)
        {
            var want = program.Feeds[i];
            if (feeds[i].DType != want.DType)
                throw new ArgumentException($"{program.Name}: the input '{want.Name}' is {feeds[i].DType.Name()}. Expected {want.DType.Name()}. Convert it: array.Cast(DType.{want.DType}).");
            if (!want.Shape.Accepts(feeds[i].Shape))
                throw new ShapeException($"{program.Name}: the input '{want.Name}' has shape {feeds[i].Shape}. Expected {want.Shape}. Reshape the array or build the model for this shape.") { Expected = want.Shape, Actual = feeds[i].Shape };
        }
    }
}
