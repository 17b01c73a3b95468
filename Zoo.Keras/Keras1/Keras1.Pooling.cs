namespace Zoo.Keras;

public static partial class Keras1
{
    /// <summary>Zoo's <c>MaxPooling1D(pool_length, stride, border_mode, pad)</c>; a pad stands in place of the border mode.</summary>
    public static MaxPooling1D MaxPooling1D(int poolLength = 2, int? stride = null, string borderMode = "valid", int pad = 0, Shape? inputShape = null, string? name = null) =>
        Named(new MaxPooling1D(poolLength) { Strides = stride, Padding = Bordered(borderMode, pad == 0 ? null : pad), Pads = pad == 0 ? null : pad, InputShape = inputShape }, name);

    /// <summary>Zoo's <c>MaxPooling2D(pool_size, strides, border_mode, dim_ordering, pads)</c>; pads stand in place of the border mode.</summary>
    public static MaxPooling2D MaxPooling2D((int, int)? poolSize = null, (int, int)? strides = null, string borderMode = "valid", string dimOrdering = "th", (int, int)? pads = null, Shape? inputShape = null, string? name = null) =>
        Named(new MaxPooling2D(poolSize ?? (2, 2)) { Strides = strides is { } step ? step : null, Padding = Bordered(borderMode, Widths(pads)), Pads = Widths(pads), DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>MaxPooling3D(pool_size, strides, border_mode, dim_ordering)</c>.</summary>
    public static MaxPooling3D MaxPooling3D((int, int, int)? poolSize = null, (int, int, int)? strides = null, string borderMode = "valid", string dimOrdering = "th", Shape? inputShape = null, string? name = null) =>
        Named(new MaxPooling3D(poolSize ?? (2, 2, 2)) { Strides = strides is { } step ? step : null, Padding = Bordered(borderMode), DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>AveragePooling1D(pool_length, stride, border_mode)</c>.</summary>
    public static AveragePooling1D AveragePooling1D(int poolLength = 2, int? stride = null, string borderMode = "valid", Shape? inputShape = null, string? name = null) =>
        Named(new AveragePooling1D(poolLength) { Strides = stride, Padding = Bordered(borderMode), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>AveragePooling2D(pool_size, strides, border_mode, dim_ordering, pads, count_include_pad)</c>; what padding adds does not count unless told.</summary>
    public static AveragePooling2D AveragePooling2D((int, int)? poolSize = null, (int, int)? strides = null, string borderMode = "valid", string dimOrdering = "th", (int, int)? pads = null, bool countIncludePad = false, Shape? inputShape = null, string? name = null) =>
        Named(new AveragePooling2D(poolSize ?? (2, 2)) { Strides = strides is { } step ? step : null, Padding = Bordered(borderMode, Widths(pads)), Pads = Widths(pads), CountIncludePad = countIncludePad ? true : null, DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>AveragePooling3D(pool_size, strides, border_mode, dim_ordering)</c>.</summary>
    public static AveragePooling3D AveragePooling3D((int, int, int)? poolSize = null, (int, int, int)? strides = null, string borderMode = "valid", string dimOrdering = "th", Shape? inputShape = null, string? name = null) =>
        Named(new AveragePooling3D(poolSize ?? (2, 2, 2)) { Strides = strides is { } step ? step : null, Padding = Bordered(borderMode), DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalMaxPooling1D()</c>.</summary>
    public static GlobalMaxPooling1D GlobalMaxPooling1D(Shape? inputShape = null, string? name = null) => Named(new GlobalMaxPooling1D { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalMaxPooling2D(dim_ordering)</c>.</summary>
    public static GlobalMaxPooling2D GlobalMaxPooling2D(string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new GlobalMaxPooling2D { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalMaxPooling3D(dim_ordering)</c>.</summary>
    public static GlobalMaxPooling3D GlobalMaxPooling3D(string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new GlobalMaxPooling3D { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalAveragePooling1D()</c>.</summary>
    public static GlobalAveragePooling1D GlobalAveragePooling1D(Shape? inputShape = null, string? name = null) => Named(new GlobalAveragePooling1D { InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalAveragePooling2D(dim_ordering)</c>.</summary>
    public static GlobalAveragePooling2D GlobalAveragePooling2D(string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new GlobalAveragePooling2D { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);

    /// <summary>Zoo's <c>GlobalAveragePooling3D(dim_ordering)</c>.</summary>
    public static GlobalAveragePooling3D GlobalAveragePooling3D(string dimOrdering = "th", Shape? inputShape = null, string? name = null) => Named(new GlobalAveragePooling3D { DataFormat = Format(dimOrdering), InputShape = inputShape }, name);
}
