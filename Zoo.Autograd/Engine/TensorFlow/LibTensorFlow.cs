using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>One output of an operation in a native graph; laid out as TensorFlow's <c>TF_Output</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TfOutput(nint Operation, int Index);

/// <summary>Bytes with their length; laid out as TensorFlow's <c>TF_Buffer</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TfBuffer
{
    public nint Data;
    public nuint Length;
    public nint Deallocator;
}

/// <summary>TensorFlow's C API, as far as it is used: the only declarations of native functions for this engine.</summary>
internal static unsafe partial class LibTensorFlow
{
    /// <summary>The name under which <see cref="NativeResolver"/> knows the library, whatever its file is called.</summary>
    internal const string Name = "tensorflow";

    static LibTensorFlow() => NativeResolver.Register(Name, () => TensorFlowLoader.Handle);

    [LibraryImport(Name)] internal static partial byte* TF_Version();
    [LibraryImport(Name)] internal static partial TfBuffer* TF_GetAllOpList();
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)] internal static partial TfBuffer* TF_GetRegisteredKernelsForOp(string name, nint status);

    [LibraryImport(Name)] internal static partial nint TF_NewStatus();
    [LibraryImport(Name)] internal static partial void TF_DeleteStatus(nint status);
    [LibraryImport(Name)] internal static partial int TF_GetCode(nint status);
    [LibraryImport(Name)] internal static partial byte* TF_Message(nint status);

    [LibraryImport(Name)] internal static partial TfBuffer* TF_NewBuffer();
    [LibraryImport(Name)] internal static partial void TF_DeleteBuffer(TfBuffer* buffer);

    [LibraryImport(Name)] internal static partial nint TF_NewGraph();
    [LibraryImport(Name)] internal static partial void TF_DeleteGraph(nint graph);
    [LibraryImport(Name)] internal static partial nint TF_NewImportGraphDefOptions();
    [LibraryImport(Name)] internal static partial void TF_DeleteImportGraphDefOptions(nint options);
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)] internal static partial void TF_ImportGraphDefOptionsSetPrefix(nint options, string prefix);
    [LibraryImport(Name)] internal static partial void TF_GraphImportGraphDef(SafeHandle graph, TfBuffer* graphDef, nint options, nint status);
    [LibraryImport(Name)] internal static partial void TF_GraphToGraphDef(SafeHandle graph, TfBuffer* graphDef, nint status);
    [LibraryImport(Name, StringMarshalling = StringMarshalling.Utf8)] internal static partial nint TF_GraphOperationByName(SafeHandle graph, string name);
    [LibraryImport(Name)] internal static partial int TF_OperationNumOutputs(nint operation);
    [LibraryImport(Name)] internal static partial byte* TF_OperationName(nint operation);
    [LibraryImport(Name)] internal static partial byte* TF_OperationOpType(nint operation);
    [LibraryImport(Name)] internal static partial void TF_AddGradients(SafeHandle graph, TfOutput* y, int ny, TfOutput* x, int nx, TfOutput* dx, nint status, TfOutput* dy);

    [LibraryImport(Name)] internal static partial nint TF_NewSessionOptions();
    [LibraryImport(Name)] internal static partial void TF_DeleteSessionOptions(nint options);
    [LibraryImport(Name)] internal static partial void TF_SetConfig(nint options, byte* proto, nuint length, nint status);
    [LibraryImport(Name)] internal static partial nint TF_NewSession(SafeHandle graph, nint options, nint status);
    [LibraryImport(Name)] internal static partial void TF_CloseSession(nint session, nint status);
    [LibraryImport(Name)] internal static partial void TF_DeleteSession(nint session, nint status);
    [LibraryImport(Name)]
    internal static partial void TF_SessionRun(SafeHandle session, TfBuffer* runOptions, TfOutput* inputs, nint* inputValues, int inputCount,
        TfOutput* outputs, nint* outputValues, int outputCount, nint* targets, int targetCount, TfBuffer* runMetadata, nint status);

    [LibraryImport(Name)] internal static partial nint TF_NewTensor(int dtype, long* dims, int rank, void* data, nuint length, delegate* unmanaged[Cdecl]<void*, nuint, void*, void> free, void* argument);
    [LibraryImport(Name)] internal static partial nint TF_AllocateTensor(int dtype, long* dims, int rank, nuint length);
    [LibraryImport(Name)] internal static partial void TF_DeleteTensor(nint tensor);
    [LibraryImport(Name)] internal static partial int TF_TensorType(nint tensor);
    [LibraryImport(Name)] internal static partial int TF_NumDims(nint tensor);
    [LibraryImport(Name)] internal static partial long TF_Dim(nint tensor, int index);
    [LibraryImport(Name)] internal static partial nuint TF_TensorByteSize(nint tensor);
    [LibraryImport(Name)] internal static partial void* TF_TensorData(nint tensor);

    [LibraryImport(Name)] internal static partial void TF_StringInit(void* text);
    [LibraryImport(Name)] internal static partial void TF_StringCopy(void* text, byte* from, nuint length);
    [LibraryImport(Name)] internal static partial void TF_StringDealloc(void* text);
    [LibraryImport(Name)] internal static partial byte* TF_StringGetDataPointer(void* text);
    [LibraryImport(Name)] internal static partial nuint TF_StringGetSize(void* text);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)] private static partial int SetInLibc(string name, string value, int overwrite);
    [LibraryImport("ucrtbase", EntryPoint = "_putenv_s", StringMarshalling = StringMarshalling.Utf8)] private static partial int SetInUcrt(string name, string value);

    /// <summary>Sets a variable where native code looks for it: .NET keeps an environment of its own, as does Windows' C library.</summary>
    internal static void SetEnvironment(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (OperatingSystem.IsWindows()) _ = SetInUcrt(name, value);
        else _ = SetInLibc(name, value, 1);
    }

    internal static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>The first element of an array that is pinned.</summary>
    internal static byte* Address(Array pinned) => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
