using Zoo.Autograd.Engine;

namespace Zoo.Spark.Training;

/// <summary>
/// Where the values of a model are while workers train it. They are brought when somebody reads them, between steps: all that belong together at once, so that a
/// reader sees one whole step.
/// </summary>
internal sealed class ClusterHome(Func<Parameter, NDArray> read) : IParameterHome
{
    public NDArray Read(Parameter parameter) => read(parameter);
}
