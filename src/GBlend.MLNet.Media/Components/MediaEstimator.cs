using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet;

/// <summary>A step of a pipeline that makes a vector column from media, before it is fitted.</summary>
/// <remarks>Made by <c>ml.Transforms.LoadVideoClip</c>, <c>LoadAudioLogMel</c>, <c>LoadImage</c>, <c>OpticalFlow</c> and <c>TokenIds</c>.</remarks>
public sealed class MediaEstimator : IEstimator<MediaTransformer>
{
    private readonly IHostEnvironment _env;
    private readonly MediaColumn _column;

    internal MediaEstimator(IHostEnvironment env, MediaColumn column)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column.Output);
        ArgumentException.ThrowIfNullOrWhiteSpace(column.Input);
        _env = env;
        _column = column;
    }

    /// <summary>Checks the input column. Only <c>TokenIds</c> reads the data, where it learns a vocabulary; no other step does.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public MediaTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var transformer = new MediaTransformer(_env, _column.Fit(input));
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        if (!inputSchema.TryFindColumn(_column.Input, out var input))
            throw new ArgumentOutOfRangeException(nameof(inputSchema), $"{_column.Kind} needs the column '{_column.Input}', which the data does not have. It "
                + $"has: {string.Join(", ", inputSchema.Select(c => c.Name))}.");
        if (!_column.Accepts(input.ItemType, input.Kind != SchemaShape.Column.VectorKind.Scalar))
            throw _column.Mismatch(input.GetTypeString());
        var columns = inputSchema.ToDictionary(c => c.Name);
        columns[_column.Output] = new SchemaShape.Column(_column.Output, SchemaShape.Column.VectorKind.Vector, _column.ItemType, false);
        return new SchemaShape(columns.Values);
    }
}
