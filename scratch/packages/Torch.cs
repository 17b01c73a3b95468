using System.Runtime.InteropServices;

/// <summary>The smallest use of libtorch's C ABI: one matmul.</summary>
static unsafe partial class Torch
{
    const string Library = "libtorch_cpu.so";

    static Torch() => NativeLibrary.SetDllImportResolver(typeof(Torch).Assembly, (name, _, _) =>
    {
        if (name != Library) return 0;
        string[] folders = [Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"), AppContext.BaseDirectory];
        string folder = folders.First(f => File.Exists(Path.Combine(f, Library)));
        foreach (string before in (string[])["libgomp-98b21ff3.so.1", "libc10.so"]) NativeLibrary.Load(Path.Combine(folder, before));
        return NativeLibrary.Load(Path.Combine(folder, Library));
    });

    internal static string MatMul()
    {
        nint a = Full(2), b = Full(3), c = Full(0);
        Ok(aoti_torch_mm_out(c, a, b));
        float* p;
        Ok(aoti_torch_get_data_ptr(c, (void**)&p));
        uint threads;
        Ok(torch_get_num_threads(&threads));
        return $"[8,8] of 2 x [8,8] of 3: {p[63]}; {threads} threads";
    }

    static nint Full(float value)
    {
        long* sizes = stackalloc long[] { 8, 8 }, strides = stackalloc long[] { 8, 1 };
        nint handle;
        Ok(aoti_torch_empty_strided(2, sizes, strides, aoti_torch_dtype_float32(), aoti_torch_device_type_cpu(), 0, &handle));
        float* p;
        Ok(aoti_torch_get_data_ptr(handle, (void**)&p));
        new Span<float>(p, 64).Fill(value);
        return handle;
    }

    static void Ok(int code)
    {
        if (code != 0) throw new InvalidOperationException($"libtorch answered {code}");
    }

    [LibraryImport(Library)] private static partial int aoti_torch_empty_strided(long rank, long* sizes, long* strides, int dtype, int device, int index, nint* result);
    [LibraryImport(Library)] private static partial int aoti_torch_dtype_float32();
    [LibraryImport(Library)] private static partial int aoti_torch_device_type_cpu();
    [LibraryImport(Library)] private static partial int aoti_torch_get_data_ptr(nint handle, void** result);
    [LibraryImport(Library)] private static partial int aoti_torch_mm_out(nint result, nint a, nint b);
    [LibraryImport(Library)] private static partial int torch_get_num_threads(uint* result);
}
