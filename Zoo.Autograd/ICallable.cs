namespace Zoo.Autograd;

/// <summary>Something that can be applied to Variables: a layer, a model. The seam by which <c>x >> layer</c> works without Autograd knowing layers.</summary>
public interface ICallable
{
    /// <summary>The result of applying this to <paramref name="inputs"/>.</summary>
    Variable Apply(params Variable[] inputs);
}
