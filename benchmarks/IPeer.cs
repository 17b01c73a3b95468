namespace Zoo.Benchmarks;

/// <summary>Something that trains a job, one step a call.</summary>
internal interface IPeer
{
    /// <summary>One step; the loss before it.</summary>
    double Step();
}
