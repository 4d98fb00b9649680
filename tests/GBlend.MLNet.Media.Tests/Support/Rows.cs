using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests;

internal sealed class PathRow
{
    public string Path { get; set; } = "";

    public int Id { get; set; }
}

internal sealed class BytesRow
{
    [VectorType]
    public byte[] File { get; set; } = [];
}

internal static class Rows
{
    internal static IDataView Paths(this MLContext ml, params IEnumerable<string> paths) =>
        ml.Data.LoadFromEnumerable(paths.Select((path, i) => new PathRow { Path = path, Id = i }).ToArray());

    internal static T[][] Read<T>(this MediaEstimator step, IDataView data, string column = "Out") where T : unmanaged =>
        [.. step.Fit(data).Transform(data).GetColumn<T[]>(column)];

    /// <summary>The transformer after a trip through a model file.</summary>
    internal static ITransformer Reloaded(this MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        ml.Model.Save(model, schema, file);
        file.Position = 0;
        return new MLContext(99).Model.Load(file, out _);
    }
}
