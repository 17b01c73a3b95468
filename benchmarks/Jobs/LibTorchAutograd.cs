using System.Runtime.InteropServices;
using Zoo.Autograd.Engine.Torch;

namespace Zoo.Benchmarks.Jobs;

/// <summary>
/// What eager PyTorch needs of libtorch and its C ABI lacks: where a tensor's gradient lies, and a sum (the dispatcher takes no <c>Scalar</c>). Two C++ functions, called by their mangled names,
/// on Linux only. A tensor's handle is the address of an <c>at::Tensor</c>, which is the address of its <c>TensorImpl</c>.
/// </summary>
internal static unsafe class LibTorchAutograd
{
    static readonly delegate* unmanaged<nint, nint> mutableGrad = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(NativeLibrary.Load(Path.Combine(TorchLoader.Folder, "libc10.so")), "_ZN3c1010TensorImpl12mutable_gradEv");
    static readonly delegate* unmanaged<nint, nint, nint, void*, nint> add = (delegate* unmanaged<nint, nint, nint, void*, nint>)Export("_ZN2at4_ops10add_Tensor4callERKNS_6TensorES4_RKN3c106ScalarE");
    static readonly delegate* unmanaged<nint*, int> undefined = (delegate* unmanaged<nint*, int>)Export("aoti_torch_new_uninitialized_tensor");
    static readonly delegate* unmanaged<nint, nint, int> assign = (delegate* unmanaged<nint, nint, int>)Export("aoti_torch_assign_tensors");
    static readonly void* one = One();

    /// <summary>The place of the gradient of a leaf, a handle that stays libtorch's.</summary>
    internal static nint Gradient(nint leaf) => mutableGrad(*(nint*)leaf);

    /// <summary>Frees a gradient, as <c>zero_grad(set_to_none=True)</c> does.</summary>
    internal static void Clear(nint gradient)
    {
        var none = Undefined();
        TorchError.Check(assign(none, gradient), "assign_tensors");
        TorchTensor.Delete(none);
    }

    /// <summary>x + y, both taken over.</summary>
    internal static nint Add(nint x, nint y)
    {
        var result = Undefined();
        add(result, x, y, one);
        TorchTensor.Delete(x);
        TorchTensor.Delete(y);
        return result;
    }

    static nint Undefined()
    {
        nint result;
        TorchError.Check(undefined(&result), "new_uninitialized_tensor");
        return result;
    }

    static nint Export(string name) => NativeLibrary.GetExport(TorchLoader.Torch, name);

    /// <summary>A <c>c10::Scalar</c> that holds the double 1: a tag, which is 0, and behind it, at 16, the value.</summary>
    static void* One()
    {
        var scalar = (double*)NativeMemory.AlignedAlloc(32, 16);
        (scalar[0], scalar[1], scalar[2], scalar[3]) = (0, 0, 1, 0);
        return scalar;
    }
}
