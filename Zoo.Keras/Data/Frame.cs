namespace Zoo.Keras;

/// <summary>Which part of a picture becomes which size: a window that may reach beyond the picture, where it is black.</summary>
internal readonly record struct Frame(int Top, int Left, int Height, int Width, int NewHeight, int NewWidth)
{
    internal static Frame Of(int height, int width, int newHeight, int newWidth, bool crop, bool pad)
    {
        if (crop && pad) throw new ArgumentException("Images: cropToAspectRatio and padToAspectRatio were both given. Expected one of them.");
        var (h, w) = (height, width);
        // Keras' smart_resize: sizes are cut to whole numbers
        var (other, wide) = ((int)((double)width * newHeight / newWidth), (int)((double)height * newWidth / newHeight));
        if (crop) (h, w) = (Math.Min(height, Math.Max(other, 1)), Math.Min(width, Math.Max(wide, 1)));
        if (pad) (h, w) = (Math.Max(height, other), Math.Max(width, wide));
        return new((height - h) / 2, (width - w) / 2, h, w, newHeight, newWidth);
    }
}
