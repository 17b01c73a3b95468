using System.Globalization;

namespace Zoo.Autograd.Graph;

/// <summary>Fits inputs and attributes to an op's signature: counts, dtypes, defaults.</summary>
internal sealed class Binder(Op op, Variable[] inputs, Attrs attrs)
{
    readonly Signature signature = op.Signature;
    readonly object?[] bound = new object?[op.Signature.Attrs.Length];

    internal Attrs Bind()
    {
        List<(string, object)>? others = null;
        for (var i = 0; i < attrs.Names.Length; i++)
        {
            var (name, value) = (attrs.Names[i], attrs.Values[i]);
            if (Find(name) is >= 0 and var at) bound[at] = signature.Attrs[at].Kind == "float" && value is long or double ? (double)Convert.ToSingle(value, CultureInfo.InvariantCulture) : value;   // as GraphDefs hold them
            else if (name.StartsWith('_')) (others ??= []).Add((name, value));
            else throw new GraphException($"{op.Name}: it has no attribute '{name}'. Expected one of {string.Join(", ", signature.Names)}.");
        }
        BindInputs();
        for (var i = 0; i < bound.Length; i++)
        {
            var def = signature.Attrs[i];
            bound[i] = Attrs.Normal(bound[i] ?? def.Default ?? throw new GraphException($"{op.Name}: the attribute '{def.Name}' ({def.Kind}) is missing. Give it a value."));
            if (def.Kind == "type" && bound[i] is DType type && !def.Takes(type))
                throw new GraphException($"{op.Name}: it does not take {type.Name()} for {def.Name}. Expected {string.Join(", ", def.Allowed!.Select(t => t.Name()))}. Cast the input: A.Cast(x, DType.Float32).");
        }
        var result = Attrs.Sorted(signature.Names, bound!);
        return others is null ? result : result.With([.. others]);
    }

    int Find(string name) => Array.BinarySearch(signature.Names, name, StringComparer.Ordinal);

    ref object? Bound(string name) => ref bound[Find(name)];

    void BindInputs()
    {
        var at = 0;
        var defs = signature.Inputs;
        for (var i = 0; i < defs.Length; i++)
        {
            var def = defs[i];
            if (def.IsTypeList)
            {
                ref var types = ref Bound(def.TypeAttr!);
                var count = types is DType[] listed ? listed.Length : inputs.Length - at - (defs.Length - i - 1);
                Check(at + count <= inputs.Length && count >= 0);
                types = Array.ConvertAll(inputs[at..(at + count)], v => v.DType);
                at += count;
                continue;
            }
            var n = def.NumberAttr is not { } number ? 1 : Bound(number) is long given ? (int)given : Share(number);
            Check(at + n <= inputs.Length && n >= 0);
            if (def.NumberAttr is not null) Bound(def.NumberAttr) = (long)n;
            for (var k = 0; k < n; k++) Type(def, inputs[at++]);
        }
        Check(at == inputs.Length);

        void Check(bool fits)
        {
            if (!fits) throw new GraphException($"{op.Name}: {inputs.Length} inputs were given. Expected {string.Join(", ", defs.Select(d => d.Name))}.");
        }
    }

    /// <summary>How many inputs each list of a number has that is not said: an equal share of what single ones leave.</summary>
    int Share(string number) => (inputs.Length - signature.Inputs.Count(d => d.NumberAttr != number)) / signature.Inputs.Count(d => d.NumberAttr == number);

    void Type(ArgDef def, Variable input)
    {
        if (def.TypeAttr is null)
        {
            if (input.DType != def.Fixed)
                throw new GraphException($"{op.Name}: the input '{def.Name}' is {input.DType.Name()}. Expected {def.Fixed.Name()}. Cast it: A.Cast({def.Name}, DType.{def.Fixed}).");
        }
        else if (Bound(def.TypeAttr) is not DType type) Bound(def.TypeAttr) = input.DType;
        else if (type != input.DType)
            throw new GraphException($"{op.Name}: its inputs have different dtypes: {string.Join(", ", inputs.Select(v => v.DType.Name()))}. Expected one dtype; nothing is promoted in silence. Cast one of them: A.Cast(x, DType.{type}).");
    }

    internal (Shape, DType)[] Outputs(Shapes shapes)
    {
        var outputs = new (Shape, DType)[shapes.Count];
        var count = 0;
        foreach (var def in signature.Outputs)
        {
            if (def.IsTypeList)
                foreach (var listed in (DType[])Bound(def.TypeAttr!)!) Add(listed);
            else
                for (var n = def.NumberAttr is null ? 1 : (int)(long)Bound(def.NumberAttr)!; n > 0; n--) Add(def.TypeAttr is null ? def.Fixed : (DType)Bound(def.TypeAttr)!);
        }
        return count == outputs.Length ? outputs : throw new GraphException($"{op.Name}: its shape rule gave {shapes.Count} shapes for {count} outputs.");

        void Add(DType type)
        {
            if (count < outputs.Length) outputs[count] = (shapes[count], type);
            count++;
        }
    }
}
