using System.Globalization;

namespace Zoo.Autograd.Graph;

/// <summary>Fits inputs and attributes to an op's signature: counts, dtypes, defaults.</summary>
internal sealed class Binder(Op op, Variable[] inputs, Attrs attrs)
{
    readonly Dictionary<string, object> bound = [];

    internal Attrs Bind()
    {
        foreach (var (name, value) in attrs.All)
        {
            if (op.Signature.Attrs.FirstOrDefault(a => a.Name == name) is { } def) bound[name] = def.Kind == "float" && value is long or double ? (double)Convert.ToSingle(value, CultureInfo.InvariantCulture) : value;   // as GraphDefs hold them
            else if (name.StartsWith('_')) bound[name] = value;
            else throw new GraphException($"{op.Name}: it has no attribute '{name}'. Expected one of {string.Join(", ", op.Signature.Attrs.Select(a => a.Name))}.");
        }
        BindInputs();
        foreach (var def in op.Signature.Attrs)
        {
            if (!bound.ContainsKey(def.Name))
                bound[def.Name] = def.Default ?? throw new GraphException($"{op.Name}: the attribute '{def.Name}' ({def.Kind}) is missing. Give it a value.");
            if (def.Kind == "type" && def.Allowed is { } allowed && bound[def.Name] is DType type && !def.Takes(type))
                throw new GraphException($"{op.Name}: it does not take {type.Name()} for {def.Name}. Expected {string.Join(", ", allowed.Select(t => t.Name()))}. Cast the input: A.Cast(x, DType.Float32).");
        }
        return Attrs.From(bound);
    }

    void BindInputs()
    {
        var at = 0;
        var defs = op.Signature.Inputs;
        for (var i = 0; i < defs.Length; i++)
        {
            var def = defs[i];
            if (def.IsTypeList)
            {
                var count = bound.TryGetValue(def.TypeAttr!, out var listed) ? ((DType[])listed).Length : inputs.Length - at - (defs.Length - i - 1);
                Check(at + count <= inputs.Length && count >= 0);
                bound[def.TypeAttr!] = inputs.AsSpan(at, count).ToArray().Select(v => v.DType).ToArray();
                at += count;
                continue;
            }
            var n = def.NumberAttr is null ? 1
                : bound.TryGetValue(def.NumberAttr, out var number) ? (int)(long)number
                : (inputs.Length - defs.Count(d => d.NumberAttr != def.NumberAttr)) / defs.Count(d => d.NumberAttr == def.NumberAttr);
            Check(at + n <= inputs.Length && n >= 0);
            if (def.NumberAttr is not null) bound[def.NumberAttr] = (long)n;
            for (var k = 0; k < n; k++) Type(def, inputs[at++]);
        }
        Check(at == inputs.Length);

        void Check(bool fits)
        {
            if (!fits) throw new GraphException($"{op.Name}: {inputs.Length} inputs were given. Expected {string.Join(", ", defs.Select(d => d.Name))}.");
        }
    }

    void Type(ArgDef def, Variable input)
    {
        if (def.TypeAttr is null)
        {
            if (input.DType != def.Fixed)
                throw new GraphException($"{op.Name}: the input '{def.Name}' is {input.DType.Name()}. Expected {def.Fixed.Name()}. Cast it: A.Cast({def.Name}, DType.{def.Fixed}).");
        }
        else if (!bound.TryGetValue(def.TypeAttr, out var type)) bound[def.TypeAttr] = input.DType;
        else if ((DType)type != input.DType)
            throw new GraphException($"{op.Name}: its inputs have different dtypes: {string.Join(", ", inputs.Select(v => v.DType.Name()))}. Expected one dtype; nothing is promoted in silence. Cast one of them: A.Cast(x, DType.{(DType)type}).");
    }

    internal (Shape, DType)[] Outputs(Shapes shapes)
    {
        var outputs = new (Shape, DType)[shapes.Count];
        var count = 0;
        foreach (var def in op.Signature.Outputs)
        {
            if (def.IsTypeList)
                foreach (var listed in (DType[])bound[def.TypeAttr!]) Add(listed);
            else
                for (var n = def.NumberAttr is null ? 1 : (int)(long)bound[def.NumberAttr]; n > 0; n--) Add(def.TypeAttr is null ? def.Fixed : (DType)bound[def.TypeAttr]);
        }
        return count == outputs.Length ? outputs : throw new GraphException($"{op.Name}: its shape rule gave {shapes.Count} shapes for {count} outputs.");

        void Add(DType type)
        {
            if (count < outputs.Length) outputs[count] = (shapes[count], type);
            count++;
        }
    }
}
