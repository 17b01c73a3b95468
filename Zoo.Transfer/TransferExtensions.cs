using Zoo.Keras;

namespace Zoo.Transfer;

/// <summary>The verbs of <see cref="GraphNet"/> for models: nodes are named as layers, and free operations as files name them.</summary>
public static class TransferExtensions
{
    extension(Model model)
    {
        /// <summary>Whether no weight trains.</summary>
        public bool IsFrozen => model.IsStill;

        /// <summary>All layers, those of models within it in their place (Zoo's <c>flattened_layers</c>).</summary>
        /// <param name="includeContainer">Whether the models within it are among them, each before its layers.</param>
        public IReadOnlyList<Layer> FlattenedLayers(bool includeContainer = false) => [.. model.Layers.SelectMany(layer =>
            layer is not Model inner ? [layer] : includeContainer ? inner.FlattenedLayers(true).Prepend(inner) : inner.FlattenedLayers())];

        /// <inheritdoc cref="GraphNet.NewGraph"/>
        public GraphNet NewGraph(params ReadOnlySpan<string> outputs) => GraphNet.Of(model).NewGraph(outputs);

        /// <inheritdoc cref="GraphNet.FreezeUpTo"/>
        public void FreezeUpTo(params ReadOnlySpan<string> names) => GraphNet.Of(model).FreezeUpTo(names);

        /// <inheritdoc cref="GraphNet.Freeze()"/>
        public void Freeze() => GraphNet.Of(model).Freeze();

        /// <inheritdoc cref="GraphNet.Freeze(ReadOnlySpan{string})"/>
        public void Freeze(params ReadOnlySpan<string> names) => GraphNet.Of(model).Freeze(names);

        /// <inheritdoc cref="GraphNet.Unfreeze()"/>
        public void Unfreeze() => GraphNet.Of(model).Unfreeze();

        /// <inheritdoc cref="GraphNet.Unfreeze(ReadOnlySpan{string})"/>
        public void Unfreeze(params ReadOnlySpan<string> names) => GraphNet.Of(model).Unfreeze(names);
    }
}
