using System.Text;

namespace Zoo.Keras.Saving;

/// <summary>Names as Keras makes them.</summary>
static class KerasNames
{
    /// <summary>MaxPooling2D becomes max_pooling2d, ReLU re_lu, RMSprop rm_sprop, UseBias use_bias.</summary>
    public static string Snake(string name)
    {
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var wordBegins = i > 0 && char.IsAsciiLetterUpper(name[i]) && name[i - 1] != '_'
                && (char.IsAsciiLetterLower(name[i - 1]) || i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]));
            if (wordBegins) text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }
}
