using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Keras;

namespace Zoo.Tests.Keras1Names;

/// <summary>Every layer of Analytics Zoo 0.11 has a factory with its arguments, in their order and with their defaults.</summary>
public partial class SignatureTests
{
    /// <summary>What is left out, or may be, and why stands in the factory's documentation.</summary>
    static readonly Dictionary<string, string[]> absent = new() { ["SparseDense"] = ["init_grad_weight", "init_grad_bias"] };

    static readonly string[] optional = ["Deconvolution2D.outputShape", "BatchNormalization.axis"];

    static IEnumerable<string> Signatures() => ZooSignatures.All.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [TestCaseSource(nameof(Signatures))]
    public void TheFactoryHasItsArguments(string signature)
    {
        var (name, rest) = signature.Split('(', 2) is [var a, var b] ? (a, b[..^1]) : (signature, "");
        var wanted = Arguments(rest).Where(p => !absent.GetValueOrDefault(name, []).Contains(p.Name)).ToArray();
        var complaints = typeof(Keras.Keras1).GetMethods().Where(m => m.Name == name).Select(m => Complaint(m, wanted)).ToArray();
        Assert.That(complaints, Is.Not.Empty, "there is no such factory");
        Assert.That(complaints, Has.Some.Null, string.Join("; ", complaints));
    }

    [Test]
    public void AWrongSignatureIsSeen()
    {
        var dropout = typeof(Keras.Keras1).GetMethod("SpatialDropout2D")!;
        Assert.That(Complaint(dropout, [.. Arguments("p=0.5, dim_ordering='th'")]), Is.Null);
        foreach (var wrong in (string[])["p=0.4, dim_ordering='th'", "p, dim_ordering='th'", "dim_ordering='th', p=0.5", "p=0.5", "p=0.5, dim_ordering='tf'"])
            Assert.That(Complaint(dropout, [.. Arguments(wrong)]), Is.Not.Null, wrong);
    }

    static string? Complaint(MethodInfo method, (string Name, string? Default)[] wanted)
    {
        var own = method.GetParameters().Where(p => p.Name is not ("inputShape" or "name")).ToArray();
        var names = wanted.Select(w => Camel(w.Name)).ToArray();
        if (!own.Select(p => p.Name!).SequenceEqual(names)) return $"arguments ({string.Join(", ", own.Select(p => p.Name))}) are not ({string.Join(", ", names)})";
        for (var i = 0; i < own.Length; i++)
        {
            if (optional.Contains($"{method.Name}.{own[i].Name}")) continue;
            if (own[i].HasDefaultValue != wanted[i].Default is not null) return $"{own[i].Name} has {(own[i].HasDefaultValue ? "a" : "no")} default";
            if (wanted[i].Default is { } text && !Same(own[i], text)) return $"the default of {own[i].Name} is {own[i].DefaultValue ?? "null"}, not {text}";
        }
        return null;
    }

    /// <summary>A list or an initializer is null here, and stands in the factory: the layers' own tests see which.</summary>
    static bool Same(ParameterInfo own, string text) => own.DefaultValue switch
    {
        null => text == "None" || text.StartsWith('(') || own.ParameterType == typeof(Initializer) && text.StartsWith('\'') || own.ParameterType == typeof(Borders?),
        string s => text == $"'{s}'",
        bool truth => text == (truth ? "True" : "False"),
        var number => text.Split('/').Select(p => double.Parse(p, CultureInfo.InvariantCulture)).Aggregate((p, q) => p / q) == Convert.ToDouble(number, CultureInfo.InvariantCulture),
    };

    static IEnumerable<(string Name, string? Default)> Arguments(string text) =>
        Argument().Matches(text).Select(m => (m.Groups[1].Value, m.Groups[2].Success ? m.Groups[2].Value.Trim() : null));

    static string Camel(string name) => Regex.Replace(char.ToLowerInvariant(name[0]) + name[1..], "_(.)", m => m.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex(@"([A-Za-z_]\w*)(?:=('[^']*'|\([^=]*\)(?=,|$)|[^,]+))?(?:, |$)")]
    private static partial Regex Argument();
}
