namespace Zoo.Spark;

/// <summary>How float32 numbers travel between workers.</summary>
public enum WireFormat
{
    /// <summary>As they are.</summary>
    Float32,
    /// <summary>As bfloat16, rounded to the nearest (ties to even): half the bytes. Sums are still made in float32, and the owner of a weight keeps it in float32.</summary>
    BFloat16,
}
