using NUnit.Framework;
using Zoo.Autograd;

namespace Zoo.Tests.Graph;

/// <summary>Arrays as a user meets them: elements by index, and what cannot become an array.</summary>
internal sealed class NDArrayTests
{
    [Test]
    public void ElementsByIndex()
    {
        NDArray a = new[, ,] { { { 1, 2, 3 }, { 4, 5, 6 } }, { { 7, 8, 9 }, { 10, 11, 12 } } };
        Assert.That(a[1, 0, 2], Is.EqualTo(9));
        Assert.That(a.Rows(1, 1)[0, 1, 0], Is.EqualTo(10), "a view counts from its own first row");
        a.Rows(1, 1)[0, 0, 0] = 70.9;
        Assert.That(a[1, 0, 0], Is.EqualTo(70), "truncated towards zero, in the memory that is shared");
        Assert.That(NDArray.Scalar(3)[[]], Is.EqualTo(3));
    }

    [Test]
    public void WrongIndicesSayWhatIsThere()
    {
        var a = NDArray.Zeros([2, 3]);
        Assert.That(() => a[1], Throws.ArgumentException.With.Message.Contains("1 indices were given for the shape [2, 3]"));
        Assert.That(() => a[0, 3], Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("the index 3 of axis 1").And.Message.Contains("0 to 2"));
        Assert.That(() => a[-1, 0], Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("the index -1 of axis 0"));
        Assert.That(() => a[2, 0] = 1, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void WhatIsNoTensorSaysHowToBecomeOne()
    {
        Assert.That(() => NDArray.From(new[] { new float[2], new float[2] }), Throws.ArgumentException.With.Message.Contains("Single[,]"));
        Assert.That(() => NDArray.From(new[,] { { "a", null } }), Throws.ArgumentNullException.With.Message.Contains("the string 1"));
        Assert.That(() => NDArray.From(new[] { "a", null }, [2]), Throws.ArgumentNullException.With.Message.Contains("the string 1"));
    }
}
