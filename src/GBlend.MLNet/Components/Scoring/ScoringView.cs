using Microsoft.ML;
using Microsoft.ML.Model.OnnxConverter;

namespace GBlend.MLNet;

/// <summary>
/// A lazy view of a source with the model's columns added: nothing is scored before a cursor asks for it. ML.NET exports pipelines to ONNX by walking
/// over such views, and would take one that it can't ask for the source of the data.
/// </summary>
internal sealed class ScoringView(IDataView source, ScoringSchema schema, LabelInfo label) : ITransformCanSaveOnnx
{
    /// <summary>The rows that are scored.</summary>
    public IDataView Source => source;

    public DataViewSchema Schema => schema.Output;

    public bool CanShuffle => source.CanShuffle;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return Wrap(source.GetRowCursor(schema.InputsFor(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] active = [.. columnsNeeded];
        return [.. source.GetRowCursorSet(schema.InputsFor(active), n, rand).Select(cursor => Wrap(cursor, active))];
    }

    /// <summary>Always: what can't be exported is refused by name then, for ML.NET would leave the network out without a word.</summary>
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx) => true;

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => OnnxColumns.Draw(ctx, schema, label);

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw new NotSupportedException("A view of scored rows is not saved; save the model with ml.Model.Save.");

    private DataViewRowCursor Wrap(DataViewRowCursor input, DataViewSchema.Column[] active)
    {
        bool scores = active.Any(schema.IsAdded);
        return scores && active.All(c => schema.IsAdded(c) || BufferedColumn.CanHold(c.Type))
            ? new LookAheadCursor(schema, input, active)
            : new RowwiseCursor(schema, input, active);
    }
}
