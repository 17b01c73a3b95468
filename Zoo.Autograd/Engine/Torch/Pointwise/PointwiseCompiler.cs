using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Zoo.Autograd.Engine.Torch.Pointwise;

/// <summary>A compiled loop over a part of a tile: the addresses of all values, and from which byte of each to which, whole vectors.</summary>
internal unsafe delegate void PointwiseLoop(byte** values, long begin, long end);

/// <summary>
/// Makes one loop of a whole program of floats, between the conversions of 16-bit ones, so that what lies between two instructions stays in registers: an optimizer's update is bound by memory then, not
/// by its dozen passes over a tile. The instructions and their order are the interpreter's, so the bits are the same (but for the sign of NaN where a sum or a product has two of them: the JIT orders their operands as it likes). Where code cannot be made (ahead-of-time
/// compilation), where vectors are short, or where an instruction is not among these, the interpreter does it.
/// </summary>
internal static unsafe class PointwiseCompiler
{
    const int VectorBytes = 64;

    /// <summary>How many vectors go together, so that one's instructions are done while another's wait for their results.</summary>
    const int Copies = 2;

    static readonly Type vector = typeof(Vector512<float>);

    /// <param name="program">The program.</param>
    /// <param name="scalars">Bit i: input i is one element for all, read once.</param>
    /// <param name="zeros">Bit i: input i is 0 for all, and not read.</param>
    internal static PointwiseLoop? Compile(PointwiseProgram program, ulong scalars = 0, ulong zeros = 0)
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
        return work < 2 ? null : Make(program, scalars, zeros);
    }

    static bool Knows(Opcode op) => Operation(op) is not null;

    /// <summary>The interpreter's function of vectors.</summary>
    static Type? Operation(Opcode op) => op switch
    {
        Opcode.Neg => typeof(UnaryOps.Neg<float>),
        Opcode.Abs => typeof(UnaryOps.Abs<float>),
        Opcode.Square => typeof(UnaryOps.Square<float>),
        Opcode.Sqrt => typeof(UnaryOps.Sqrt<float>),
        Opcode.Rsqrt => typeof(UnaryOps.Rsqrt<float>),
        Opcode.Reciprocal => typeof(UnaryOps.Reciprocal<float>),
        Opcode.Relu => typeof(UnaryOps.Relu<float>),
        Opcode.Exp => typeof(UnaryOps.Exp<float>),
        Opcode.Tanh => typeof(UnaryOps.Tanh<float>),
        Opcode.Sigmoid => typeof(UnaryOps.Sigmoid<float>),
        Opcode.Erf => typeof(UnaryOps.ErfSingle),
        Opcode.Add => typeof(BinaryOps.Add<float>),
        Opcode.Sub => typeof(BinaryOps.Sub<float>),
        Opcode.Mul => typeof(BinaryOps.Mul<float>),
        Opcode.Div => typeof(BinaryOps.Div<float>),
        Opcode.Maximum => typeof(BinaryOps.Max<float>),
        Opcode.Minimum => typeof(BinaryOps.Min<float>),
        Opcode.SquaredDifference => typeof(BinaryOps.SquaredDifference<float>),
        Opcode.AtMost => typeof(BinaryOps.AtMost<float>),
        Opcode.AtLeast => typeof(BinaryOps.AtLeast<float>),
        Opcode.ReluGrad => typeof(BinaryOps.ReluGrad<float>),
        Opcode.SigmoidGrad => typeof(BinaryOps.SigmoidGrad<float>),
        Opcode.TanhGrad => typeof(BinaryOps.TanhGrad<float>),
        _ => null,
    };

    /// <summary>Whether an instruction belongs to the loop: what brings inputs and what narrows results at the end does not.</summary>
    static bool IsInside(PointwiseProgram program, int value) => !PointwiseProgram.Loads(program.Code[value], program.Code) && !program.Code[value].DType.IsHalf();

    static PointwiseLoop Make(PointwiseProgram program, ulong scalars, ulong zeros)
    {
        var method = new DynamicMethod("pointwise", typeof(void), [typeof(byte**), typeof(long), typeof(long)], typeof(PointwiseCompiler).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        bool[] inside = [.. Enumerable.Range(0, program.Code.Length).Select(v => IsInside(program, v))];
        bool[] nothing = [.. program.Code.Select(x => IsOf(zeros, x))], once = [.. program.Code.Select(x => x.Op == Opcode.Constant || IsOf(scalars | zeros, x))];
        HashSet<int> stored = [.. program.Outputs.Select(o => program.Code[o.Value].DType.IsHalf() ? program.Code[o.Value].A : o.Value).Where(v => v >= 0 && inside[v])];
        LocalBuilder[][] values = [.. Enumerable.Range(0, Copies).Select(_ => new LocalBuilder[program.Code.Length])];
        var places = new LocalBuilder[program.Code.Length];
        for (int v = 0; v < places.Length; v++)
        {
            for (int copy = 0; copy < Copies; copy++)
                values[copy][v] = copy > 0 && once[v] ? values[0][v] : il.DeclareLocal(vector);
            if (nothing[v])
            {
                il.Emit(OpCodes.Call, vector.GetProperty(nameof(Vector512<>.Zero))!.GetMethod!);
                il.Emit(OpCodes.Stloc, values[0][v]);
                continue;
            }
            if (program.Code[v].DType.IsHalf() || inside[v] && !stored.Contains(v)) continue;
            places[v] = il.DeclareLocal(typeof(byte*));
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, v * sizeof(nint));
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldind_I);
            il.Emit(OpCodes.Stloc, places[v]);
            if (!once[v]) continue;
            il.Emit(OpCodes.Ldloc, places[v]);
            il.Emit(OpCodes.Call, Function(nameof(Vector512.Load), typeof(float*)));
            il.Emit(OpCodes.Stloc, values[0][v]);
        }
        LocalBuilder at = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Stloc, at);
        Loop(Copies);
        Loop(1);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<PointwiseLoop>();

        static bool IsOf(ulong inputs, PointwiseInstruction x) => x is { Op: Opcode.Input, Immediate: < 64, DType: DType.Float32 } && (inputs >> (int)x.Immediate & 1) != 0;

        void Loop(int copies)
        {
            Label body = il.DefineLabel(), test = il.DefineLabel();
            il.Emit(OpCodes.Br, test);
            il.MarkLabel(body);
            // all loads come before all stores: an output may lie in an input's memory
            for (int v = 0; v < places.Length; v++)
                for (int copy = 0; copy < copies && !inside[v] && !once[v] && !program.Code[v].DType.IsHalf(); copy++)
                {
                    Place(v, copy);
                    il.Emit(OpCodes.Call, Function(nameof(Vector512.Load), typeof(float*)));
                    il.Emit(OpCodes.Stloc, values[copy][v]);
                }
            for (int v = 0; v < places.Length; v++)
                for (int copy = 0; copy < copies && inside[v]; copy++)
                {
                    Instruction(il, program.Code[v], values[copy]);
                    il.Emit(OpCodes.Stloc, values[copy][v]);
                }
            foreach (int v in stored)
                for (int copy = 0; copy < copies; copy++)
                {
                    il.Emit(OpCodes.Ldloc, values[copy][v]);
                    Place(v, copy);
                    il.Emit(OpCodes.Call, Function(nameof(Vector512.Store), vector, typeof(float*)));
                }
            il.Emit(OpCodes.Ldloc, at);
            il.Emit(OpCodes.Ldc_I4, copies * VectorBytes);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Stloc, at);
            il.MarkLabel(test);
            il.Emit(OpCodes.Ldloc, at);
            il.Emit(OpCodes.Ldc_I4, (copies - 1) * VectorBytes);
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Conv_I8);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Blt, body);
        }

        void Place(int v, int copy)
        {
            il.Emit(OpCodes.Ldloc, places[v]);
            il.Emit(OpCodes.Ldloc, at);
            il.Emit(OpCodes.Add);
            if (copy == 0) return;
            il.Emit(OpCodes.Ldc_I4, copy * VectorBytes);
            il.Emit(OpCodes.Add);
        }
    }

    static void Instruction(ILGenerator il, PointwiseInstruction x, LocalBuilder[] values)
    {
        il.Emit(OpCodes.Ldloc, values[x.A]);
        if (x.B >= 0) il.Emit(OpCodes.Ldloc, values[x.B]);
        il.Emit(OpCodes.Call, Operation(x.Op)!.GetMethod(nameof(UnaryOps.Neg<>.Do))!);
    }

    /// <summary>A function of Vector512 by the types of its parameters once its type is float.</summary>
    static MethodInfo Function(string name, params Type[] parameters) => typeof(Vector512).GetMethods()
        .Where(m => m.Name == name && m.IsGenericMethodDefinition && m.GetGenericArguments().Length == 1)
        .Select(m => m.MakeGenericMethod(typeof(float)))
        .Single(m => m.GetParameters().Select(p => p.ParameterType).SequenceEqual(parameters));
}
