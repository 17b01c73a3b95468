using Zoo.Keras;

namespace Zoo.Tests.Saving;

static class NamedModels
{
    /// <summary>The model with a name, for one-line constructions.</summary>
    public static Model Named(this Model model, string name)
    {
        model.Name = name;
        return model;
    }
}
