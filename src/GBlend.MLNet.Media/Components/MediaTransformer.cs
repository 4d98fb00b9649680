using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>Makes a vector column from media.</summary>
/// <remarks>
/// <para>
/// The column's type carries the dimensions (<see cref="VectorDataViewType.Dimensions"/>). Nothing is decoded before a row is asked for its
/// value, and each row once for all who ask. Cursors of one view may run side by side: <see cref="IDataView.GetRowCursorSet"/> shares the rows
/// out among as many as are asked for. Saved and loaded by <c>ml.Model.Save</c> and <c>ml.Model.Load</c>, with all settings but the cache.
/// </para>
/// </remarks>
public sealed class MediaTransformer : ITransformer
{
    private readonly BadMediaLog _log;

    internal MediaTransformer(IHostEnvironment env, MediaColumn column)
    {
        Column = column;
        _log = new BadMediaLog(env.CheckAlive, (kind, message) => MediaMessages.Warn(env, kind, message));
    }

    internal MediaColumn Column { get; }

    /// <summary>The column that is made.</summary>
    public string OutputColumnName => Column.Output;

    /// <summary>The column that it is made from.</summary>
    public string InputColumnName => Column.Input;

    /// <summary>The files that could not be used in what has been read so far, each once, by row. Empty where bad media fail.</summary>
    public IReadOnlyList<BadMediaFile> BadFiles => _log.Files;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema that <see cref="Transform"/> gives.</summary>
    /// <param name="inputSchema">With the input column.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>Adds the column; rows are decoded when they are read.</summary>
    /// <param name="input">With the input column; its other columns pass through.</param>
    /// <returns>A lazy view, without the rows of bad files if <see cref="OnBadMedia.Skip"/> says so.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MediaView(input, Bind(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new RowMapper(Bind(inputSchema));

    void ICanSaveModel.Save(ModelSaveContext ctx) => MediaTransformerFile.Save(ctx, this);

    private MediaSchema Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new MediaSchema(inputSchema, Column, _log);
    }
}
