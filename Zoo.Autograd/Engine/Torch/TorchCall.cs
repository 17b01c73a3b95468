using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.Torch;

/// <summary>An ATen op prepared once: its name and overload as native text. Never freed, for ops are few and live as long as the process.</summary>
internal sealed unsafe class TorchOp(string name, string overload = "")
{
    readonly byte* name = (byte*)Marshal.StringToCoTaskMemUTF8(name), overload = (byte*)Marshal.StringToCoTaskMemUTF8(overload);

    internal string Name { get; } = overload.Length == 0 ? name : $"{name}.{overload}";
    internal byte* NamePointer => name;
    internal byte* OverloadPointer => overload;
}

/// <summary>
/// One call through the dispatcher: arguments are pushed in the order of the op's schema, <see cref="Run"/> overwrites them with the results. Lives on the
/// stack; nothing is allocated on the managed heap. Ops whose schema has a <c>Scalar</c> cannot be called this way.
/// </summary>
internal unsafe ref struct TorchCall(Span<ulong> stack)
{
    readonly Span<ulong> stack = stack;
    int count;

    /// <summary>A tensor that stays the caller's.</summary>
    internal void Tensor(nint tensor) => stack[count++] = (ulong)TorchTensor.Share(tensor);

    /// <summary>A tensor whose handle the call takes over.</summary>
    internal void Give(nint tensor) => stack[count++] = (ulong)tensor;

    /// <summary>A <c>Tensor?</c>; 0 is None.</summary>
    internal void OptionalTensor(nint tensor)
    {
        if (tensor == 0)
            None();
        else
            Optional((ulong)TorchTensor.Share(tensor));
    }

    internal void None() => stack[count++] = 0;
    internal void Int(long value) => stack[count++] = (ulong)value;
    internal void Bool(bool value) => stack[count++] = value ? 1UL : 0UL;
    internal void Double(double value) => stack[count++] = BitConverter.DoubleToUInt64Bits(value);
    internal void OptionalInt(long value) => Optional((ulong)value);
    internal void OptionalDouble(double value) => Optional(BitConverter.DoubleToUInt64Bits(value));
    internal void OptionalInts(ReadOnlySpan<long> values) => Optional((ulong)List(values));
    internal void Ints(ReadOnlySpan<long> values) => stack[count++] = (ulong)List(values);

    internal void Bools(ReadOnlySpan<bool> values)
    {
        nint list = NewList(values.Length);
        foreach (bool value in values)
            TorchError.Check(LibTorch.torch_list_push_back(list, value ? 1UL : 0UL), "list");
        stack[count++] = (ulong)list;
    }

    internal void Tensors(scoped ReadOnlySpan<nint> tensors)
    {
        nint list = NewList(tensors.Length);
        foreach (nint tensor in tensors)
            TorchError.Check(LibTorch.torch_list_push_back(list, (ulong)TorchTensor.Share(tensor)), "list");
        stack[count++] = (ulong)list;
    }

    internal void String(scoped ReadOnlySpan<byte> utf8) => stack[count++] = (ulong)NewString(utf8);

    internal void OptionalString(scoped ReadOnlySpan<byte> utf8) => Optional((ulong)NewString(utf8));

    /// <summary>Calls the op. Its results are then read by <see cref="Result"/>.</summary>
    internal void Run(TorchOp op)
    {
        int code;
        fixed (ulong* arguments = stack)
            code = LibTorch.torch_call_dispatcher(op.NamePointer, op.OverloadPointer, arguments, LibTorch.AbiVersion);
        count = 0;
        if (code != 0)
            TorchError.Throw(op.Name, []);
    }

    /// <summary>A result that is a tensor: the caller deletes it.</summary>
    internal readonly nint Result(int index = 0) => (nint)stack[index];

    /// <summary>A result that is a list of tensors: its handles go to <paramref name="tensors"/>, the list is deleted.</summary>
    internal readonly int Results(int index, Span<nint> tensors)
    {
        nint list = (nint)stack[index];
        nuint size;
        TorchError.Check(LibTorch.torch_list_size(list, &size), "list");
        for (int i = 0; i < (int)size; i++)
        {
            ulong item;
            TorchError.Check(LibTorch.torch_list_get_item(list, (nuint)i, &item), "list");
            tensors[i] = (nint)item;
        }
        TorchError.Check(LibTorch.torch_delete_list(list), "list");
        return (int)size;
    }

    /// <summary>An optional value goes as a pointer to one that the callee frees with the C library's free.</summary>
    void Optional(ulong value)
    {
        ulong* box = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *box = value;
        stack[count++] = (ulong)box;
    }

    static nint List(ReadOnlySpan<long> values)
    {
        nint list = NewList(values.Length);
        foreach (long value in values)
            TorchError.Check(LibTorch.torch_list_push_back(list, (ulong)value), "list");
        return list;
    }

    static nint NewString(scoped ReadOnlySpan<byte> utf8)
    {
        nint handle;
        fixed (byte* data = utf8)
            TorchError.Check(LibTorch.torch_new_string_handle(data, (nuint)utf8.Length, &handle), "string");
        return handle;
    }

    static nint NewList(int size)
    {
        nint list;
        TorchError.Check(LibTorch.torch_new_list_reserve_size((nuint)size, &list), "list");
        return list;
    }
}
