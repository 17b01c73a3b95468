using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.EngineCases;

/// <summary>The generated cases try what there is to try: every value of every attribute that has a list of values in TensorFlow, three shapes, every dtype.</summary>
[Category("Engines")]
public class AttributeTests
{
    /// <summary>Values that no case tries, and why.</summary>
    static readonly Dictionary<string, string> left = new()
    {
        [@"\.data_format = NC"] = "graphs are channels last: another order is an error that says so",
        [@"\.data_format = NDHWC"] = "the same of five axes",
        [@"^FusedBatchNormGrad(V2|V3)?\.is_training = True"] = "what it is given is each engine's own: gradients of FusedBatchNormV3 try it",
        [@"^MaxPoolGrad\.padding = EXPLICIT"] = "it has no gradient of its own: the gradient of MaxPool tries it",
        [@"^DecodeJpeg\.fancy_upscaling = False"] = "a hint that the decoder does not take",
        [@"\.sorted = False"] = "any order is right",
        [@"^Cast\.Truncate = True"] = "rounds to float16 and bfloat16 downwards, which nothing asks for: an error says so",
        [@"^SparseCross\.hashed_output = False"] = "strings of SparseCrossV2, which is not there: an error says so",
    };

    [Test]
    public void EveryValueOfAnAttributeIsTried()
    {
        var known = OpList.Parser.ParseFrom(File.ReadAllBytes(Shared.File("tensorflow/op_list.pb"))).Op.ToDictionary(o => o.Name);
        var (missing, tried) = (new List<string>(), 0);
        foreach (var op in Registry.All.Values.Where(o => !o.Stateful || FlowOps.IsFlow(o)).OrderBy(o => o.Name, StringComparer.Ordinal))
            foreach (var attr in op.Signature.Attrs.Where(a => a.Kind is "bool" or "string"))
            {
                var def = known.GetValueOrDefault(op.Name)?.Attr.FirstOrDefault(a => a.Name == attr.Name);
                var domain = attr.Kind == "bool" ? [true, false] : def?.AllowedValues?.List?.S.Select(s => (object)s.ToStringUtf8()).ToArray() ?? [];
                var values = OpTable.Of(op).Select(v => v.Attrs.FirstOrDefault(a => a.Name == attr.Name).Value ?? attr.Default).ToHashSet();
                tried += domain.Count(values.Contains);
                missing.AddRange(domain.Where(d => !values.Contains(d)).Select(d => $"{op.Name}.{attr.Name} = {d}").Where(name => !left.Keys.Any(pattern => System.Text.RegularExpressions.Regex.IsMatch(name, pattern))));
            }
        TestContext.Out.WriteLine($"{tried} values of attributes are tried");
        Assert.That(string.Join("\n", missing), Is.Empty);
    }

    [Test]
    public void EveryOpHasThreeShapes()
    {
        string[] inside = ["ParseExample", "ParseExampleV2", "StringNGrams", "EditDistance", "DenseToDenseSetOperation", "CombinedNonMaxSuppression"];   // what varies lies within their records, lists and classes
        var few = Registry.All.Values.Concat(Registry.Composites.Values).Where(o => !o.Stateful || FlowOps.IsFlow(o)).Where(o => o.Signature.Inputs.Length > 0)
            .Where(o => OpTable.Of(o).Select(v => string.Join(' ', v.Inputs.Select(i => i switch { Data d => d.Shape.ToString(), Words w => w.Shape.ToString(), Indices x => x.Shape.ToString(), Derived d => d.Shape.ToString(), Fixed f => f.Value.ToString(), _ => "" }))).Distinct().Count() < 3).Select(o => o.Name).Except(inside);
        Assert.That(string.Join("\n", few), Is.Empty);
    }
}
