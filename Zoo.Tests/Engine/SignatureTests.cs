using NUnit.Framework;
using Zoo.Autograd;
using Zoo.Autograd.Graph;
using Zoo.Autograd.Graph.Proto;
using Zoo.Autograd.Ops;
using Zoo.Tests.Goldens;

namespace Zoo.Tests.Engine;

/// <summary>Every op has the inputs, outputs, attributes and defaults that TensorFlow's op of that name has.</summary>
[Category("Engines")]
public class SignatureTests
{
    [Test]
    public void SignaturesAreTensorFlows()
    {
        var theirs = OpList.Parser.ParseFrom(File.ReadAllBytes(Shared.File("tensorflow/op_list.pb"))).Op.ToDictionary(o => o.Name);
        var wrong = new List<string>();
        foreach (var op in Registry.All.Values)
        {
            if (!theirs.TryGetValue(op.Name, out var def)) wrong.Add($"{op.Name}: TensorFlow has no such op");
            else if (Theirs(def) != Ours(op)) wrong.Add($"{op.Name}\n  ours   {Ours(op)}\n  theirs {Theirs(def)}");
        }
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void OnlyDtypesThatTensorFlowTakes()
    {
        var theirs = OpList.Parser.ParseFrom(File.ReadAllBytes(Shared.File("tensorflow/op_list.pb"))).Op.ToDictionary(o => o.Name);
        var wrong = from op in Registry.All.Values
                    from attr in op.Signature.Attrs
                    where attr.Allowed is not null
                    let list = theirs[op.Name].Attr.Single(a => a.Name == attr.Name).AllowedValues?.List?.Type
                    where list?.Count > 0
                    from dtype in attr.Allowed!
                    where !list!.Contains((DataType)dtype)
                    select op.Name + "." + attr.Name + ": " + dtype.Name();
        Assert.That(string.Join(", ", wrong), Is.Empty);
    }

    static string Ours(Op op)
    {
        static string Arg(ArgDef a) => $"{a.Name}:{(a.NumberAttr is { } n ? n + "*" : "")}{a.TypeAttr ?? a.Fixed.Name()}{(a.IsTypeList ? "[]" : "")}";
        var attrs = op.Signature.Attrs.Select(a => $"{a.Name}:{a.Kind}{(a.Default is { } d ? "=" + AttrWriter.Write(d) : "")}");
        return $"{string.Join(' ', op.Signature.Inputs.Select(Arg))} -> {string.Join(' ', op.Signature.Outputs.Select(Arg))} ; {string.Join(' ', attrs.Order(StringComparer.Ordinal))}";
    }

    static string Theirs(OpDef op)
    {
        static string Arg(OpDef.Types.ArgDef a) => a.TypeListAttr.Length > 0 ? $"{a.Name}:{a.TypeListAttr}[]"
            : $"{a.Name}:{(a.NumberAttr.Length > 0 ? a.NumberAttr + "*" : "")}{(a.TypeAttr.Length > 0 ? a.TypeAttr : ((DType)a.Type).Name())}";
        static string Kind(string type) => type.StartsWith("list(", StringComparison.Ordinal) ? type[5..^1] + "s" : type;
        var attrs = op.Attr.Select(a => $"{a.Name}:{Kind(a.Type)}{(a.DefaultValue is { } d ? "=" + d : "")}");
        return $"{string.Join(' ', op.InputArg.Select(Arg))} -> {string.Join(' ', op.OutputArg.Select(Arg))} ; {string.Join(' ', attrs.Order(StringComparer.Ordinal))}";
    }
}
