namespace Zoo.Autograd.Engine;

/// <summary>A place that holds values of Parameters: an engine's store.</summary>
internal interface IParameterHome
{
    /// <summary>A copy of the value.</summary>
    NDArray Read(Parameter parameter);
}
