using Zoo.Keras.Graph;

namespace Zoo.Keras;

/// <summary>What random image layers share that apply others: these are made when the layer is built, and are members of it as in Keras.</summary>
public abstract class ComposedImageLayer : RandomImageLayer
{
    private protected ComposedImageLayer() { }

    /// <summary>The layers within.</summary>
    private protected ImageLayer[] Changes { get; private set; } = [];

    internal override IReadOnlyList<SubLayer> SubLayers => [.. Changes.Select(part => new SubLayer(part.GetType().Name, part))];

    /// <summary>Makes the layers within.</summary>
    private protected abstract ImageLayer[] MakeChanges();

    /// <inheritdoc/>
    protected override void Build(Shape input)
    {
        base.Build(input);
        Changes = MakeChanges();
    }
}
