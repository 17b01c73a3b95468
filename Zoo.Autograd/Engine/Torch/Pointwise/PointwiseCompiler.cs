using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>A compiled loop over a tile: the addresses of all values, and how many bytes of each, a whole number of vectors.</summary>
internal unsafe delegate void PointwiseLoop(byte** values, long bytes);

/// <summary>
/// Makes one loop of a whole program of floats, between the conversions of 16-bit ones, so that what lies between two instructions stays in registers: an optimizer's update is bound by memory then, not
/// by its dozen passes over a tile. The instructions and their order are the interpreter's, so the bits are the same. Where code cannot be made (ahead-of-time
/// compilation), where vectors are short, or where an instruction is not among these, the interpreter does it.
/// </summary>
internal static unsafe class PointwiseCompiler
{
    const int VectorBytes = 64;

    static readonly Type vector = typeof(Vector512<float>);

    internal static PointwiseLoop? Compile(PointwiseProgram program)
    {
        if (!RuntimeFeature.IsDynamicCodeCompiled || !Vector512.IsHardwareAccelerated) return null;
        int work = 0;
        for (int v = 0; v < program.Code.Length; v++)
        {
            PointwiseInstruction x = program.Code[v];
            if (IsInside(program, v))
            {
                if (x.DType != DType.Float32 || !Knows(x.Op)) return null;
                work++;
            }
            else if (x.DType != DType.Float32 && !x.DType.IsHalf()) return null;
        }
        return work < 2 ? null : Make(program);
    }

    static bool Knows(Opcode op) => op is Opcode.Neg or Opcode.Abs or Opcode.Square or Opcode.Sqrt or Opcode.Relu or Opcode.Add or Opcode.Sub or Opcode.Mul or Opcode.Div
        or Opcode.Maximum or Opcode.Minimum or Opcode.SquaredDifference or Opcode.ReluGrad;

    /// <summary>Whether an instruction belongs to the loop: what brings inputs and what narrows results at the end does not.</summary>
    static bool IsInside(PointwiseProgram program, int value) => !PointwiseProgram.Loads(program.Code[value], program.Code) && !program.Code[value].DType.IsHalf();

    static PointwiseLoop Make(PointwiseProgram program)
    {
        var method = new DynamicMethod("pointwise", typeof(void), [typeof(byte**), typeof(long)], typeof(PointwiseCompiler).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        bool[] inside = [.. Enumerable.Range(0, program.Code.Length).Select(v => IsInside(program, v))];
        HashSet<int> stored = [.. program.Outputs.Select(o => program.Code[o.Value].DType.IsHalf() ? program.Code[o.Value].A : o.Value).Where(v => v >= 0 && inside[v])];
        var values = new LocalBuilder[program.Code.Length];
        var places = new LocalBuilder[program.Code.Length];
        for (int v = 0; v < values.Length; v++)
        {
            values[v] = il.DeclareLocal(vector);
            if (program.Code[v].DType.IsHalf() || inside[v] && !stored.Contains(v)) continue;
            places[v] = il.DeclareLocal(typeof(byte*));
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, v * sizeof(nint));
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldind_I);
            il.Emit(OpCodes.Stloc, places[v]);
            if (program.Code[v].Op != Opcode.Constant) continue;
            il.Emit(OpCodes.Ldloc, places[v]);
            il.Emit(OpCodes.Call, Function(nameof(Vector512.Load), typeof(float*)));
            il.Emit(OpCodes.Stloc, values[v]);
        }
        LocalBuilder at = il.DeclareLocal(typeof(nint));
        Label body = il.DefineLabel(), test = il.DefineLabel();
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Stloc, at);
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        // all loads come before all stores: an output may lie in an input's memory
        for (int v = 0; v < values.Length; v++)
        {
            if (inside[v] || program.Code[v].Op == Opcode.Constant || program.Code[v].DType.IsHalf()) continue;
            Place(v);
            il.Emit(OpCodes.Call, Function(nameof(Vector512.Load), typeof(float*)));
            il.Emit(OpCodes.Stloc, values[v]);
        }
        for (int v = 0; v < values.Length; v++)
        {
            if (!inside[v]) continue;
            Instruction(il, program.Code[v], values);
            il.Emit(OpCodes.Stloc, values[v]);
        }
        foreach (int v in stored)
        {
            il.Emit(OpCodes.Ldloc, values[v]);
            Place(v);
            il.Emit(OpCodes.Call, Function(nameof(Vector512.Store), vector, typeof(float*)));
        }
        il.Emit(OpCodes.Ldloc, at);
        il.Emit(OpCodes.Ldc_I4, VectorBytes);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, at);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, at);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Blt, body);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<PointwiseLoop>();

        void Place(int v)
        {
            il.Emit(OpCodes.Ldloc, places[v]);
            il.Emit(OpCodes.Ldloc, at);
            il.Emit(OpCodes.Add);
        }
    }

    static void Instruction(ILGenerator il, PointwiseInstruction x, LocalBuilder[] values)
    {
        void Value(int v) => il.Emit(OpCodes.Ldloc, values[v]);
        void Zero() => il.Emit(OpCodes.Call, vector.GetProperty(nameof(Vector512<float>.Zero))!.GetMethod!);
        void Two(string name) => il.Emit(OpCodes.Call, Function(name, vector, vector));
        switch (x.Op)
        {
            case Opcode.Neg or Opcode.Abs or Opcode.Sqrt:
                Value(x.A);
                il.Emit(OpCodes.Call, Function(x.Op switch { Opcode.Neg => nameof(Vector512.Negate), Opcode.Abs => nameof(Vector512.Abs), _ => nameof(Vector512.Sqrt) }, vector));
                break;
            case Opcode.Square:
                Value(x.A);
                Value(x.A);
                Two(nameof(Vector512.Multiply));
                break;
            case Opcode.Relu:   // x < 0 ? 0 : x
                Value(x.A);
                Zero();
                Two(nameof(Vector512.LessThan));
                Zero();
                Value(x.A);
                il.Emit(OpCodes.Call, Function(nameof(Vector512.ConditionalSelect), vector, vector, vector));
                break;
            case Opcode.ReluGrad:
                Value(x.A);
                Value(x.B);
                il.Emit(OpCodes.Call, typeof(BinaryOps.ReluGrad<float>).GetMethod(nameof(BinaryOps.ReluGrad<>.Do))!);
                break;
            case Opcode.SquaredDifference:
                LocalBuilder difference = il.DeclareLocal(vector);
                Value(x.A);
                Value(x.B);
                Two(nameof(Vector512.Subtract));
                il.Emit(OpCodes.Stloc, difference);
                il.Emit(OpCodes.Ldloc, difference);
                il.Emit(OpCodes.Ldloc, difference);
                Two(nameof(Vector512.Multiply));
                break;
            default:
                Value(x.A);
                Value(x.B);
                Two(x.Op switch
                {
                    Opcode.Add => nameof(Vector512.Add),
                    Opcode.Sub => nameof(Vector512.Subtract),
                    Opcode.Mul => nameof(Vector512.Multiply),
                    Opcode.Div => nameof(Vector512.Divide),
                    Opcode.Maximum => nameof(Vector512.Max),
                    _ => nameof(Vector512.Min),
                });
                break;
        }
    }

    /// <summary>A function of Vector512 by the types of its parameters once its type is float.</summary>
    static MethodInfo Function(string name, params Type[] parameters) => typeof(Vector512).GetMethods()
        .Where(m => m.Name == name && m.IsGenericMethodDefinition && m.GetGenericArguments().Length == 1)
        .Select(m => m.MakeGenericMethod(typeof(float)))
        .Single(m => m.GetParameters().Select(p => p.ParameterType).SequenceEqual(parameters));
}
