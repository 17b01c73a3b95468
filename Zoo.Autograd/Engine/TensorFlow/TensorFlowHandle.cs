using System.Runtime.InteropServices;

namespace Zoo.Autograd.Engine.TensorFlow;

/// <summary>A native graph or session, released when nobody uses it any more.</summary>
internal sealed class TensorFlowHandle : SafeHandle
{
    readonly Action<nint> release;

    internal TensorFlowHandle(nint value, Action<nint> release) : base(0, ownsHandle: true)
    {
        this.release = release;
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        release(handle);
        return true;
    }
}
