using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioVisual;

/// <summary>Test rows in which all clips are the same one: a model that averages over clips then answers for that clip alone.</summary>
internal static class SingleClips
{
    /// <param name="ml">The context.</param>
    /// <param name="rows">Rows with media.</param>
    /// <param name="plan">What they have.</param>
    /// <param name="clip">Which clip.</param>
    internal static IDataView Of(MLContext ml, IDataView rows, MediaPlan plan, int clip)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        foreach (string column in new[] { MediaPlan.Video, MediaPlan.Audio, MediaPlan.Picture, MediaPlan.Text })
        {
            if (rows.Schema.GetColumnOrNull(column) is { } found)
                schema[column].ColumnType = found.Type;
            else
                schema.Remove(schema[column]);
        }
        return ml.Data.LoadFromEnumerable(Read(ml, rows, plan.Clips, clip, schema.Select(c => c.MemberName).ToHashSet()), schema);
    }

    private static IEnumerable<Row> Read(MLContext ml, IDataView rows, int clips, int clip, HashSet<string> columns)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        foreach (var column in schema.Where(c => !columns.Contains(c.MemberName)).ToList())
            schema.Remove(column);
        foreach (var row in ml.Data.CreateEnumerable<Row>(rows, reuseRowObject: false, schemaDefinition: schema))
        {
            if (columns.Contains(MediaPlan.Video))
                Repeat(row.Video, clips, clip);
            if (columns.Contains(MediaPlan.Audio))
                Repeat(row.Audio, clips, clip);
            yield return row;
        }
    }

    private static void Repeat<T>(T[] values, int clips, int clip)
    {
        int size = values.Length / clips;
        for (int i = 0; i < clips; i++)
            Array.Copy(values, clip * size, values, i * size, i == clip ? 0 : size);
    }

    private sealed class Row
    {
        public string Label { get; set; } = "";

        [VectorType]
        public byte[] Video { get; set; } = [];

        [VectorType]
        public float[] Audio { get; set; } = [];

        [VectorType]
        public byte[] Image { get; set; } = [];

        [VectorType]
        public int[] Text { get; set; } = [];
    }
}
