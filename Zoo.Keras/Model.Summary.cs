using Zoo.Keras.Summary;

namespace Zoo.Keras;

public partial class Model
{
    /// <summary>Writes the model as a table: layers, the shapes they give, their numbers of weights, where inputs come from if it is more than layers in a row, and totals.</summary>
    /// <param name="to">Where to; the console where it is null.</param>
    /// <param name="expandNested">Whether the layers of models and layers within are listed below them.</param>
    /// <param name="showTrainable">Whether a column says what training changes.</param>
    public void Summary(TextWriter? to = null, bool expandNested = false, bool showTrainable = false) => SummaryTable.Write(this, to, expandNested, showTrainable);
}
