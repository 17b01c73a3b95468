using NUnit.Framework;

namespace Zoo.Tests.Goldens;

[Category("Models")]
internal sealed class SharedTests
{
    [TestCase("true", "Engines", true), TestCase("true", "Goldens", true), TestCase("true", "Models", true), TestCase("true", "Data", false), TestCase("true", "", false), TestCase("", "Engines", false), TestCase(null, "Engines", false)]
    public void OnlyTestsThatAreNothingWithoutFailWhereFilesAreMissing(string? ci, string category, bool fails) => Assert.That(Shared.MustBeThere(ci, category.Split(',')), Is.EqualTo(fails));

    [Test, Category("Data")]
    public void CategoriesOfTheFixtureCount() => Assert.That(TestContext.CurrentContext.Test.AllCategories(), Does.Contain("Models").And.Contain("Data"));
}
