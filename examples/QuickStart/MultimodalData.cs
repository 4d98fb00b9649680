using Microsoft.ML;
using Microsoft.ML.Data;

namespace QuickStart;

/// <summary>One example: a label and a vector per modality.</summary>
internal sealed class Row
{
    public string Label { get; init; } = "";

    /// <summary>Whom or what the row comes from; empty when that plays no part.</summary>
    public string Key { get; init; } = "";

    public bool IsHeldOut { get; init; }

    public float[] Modality1 { get; set; } = [];
    public float[] Modality2 { get; set; } = [];
    public float[] Modality3 { get; set; } = [];
    public float[] Modality4 { get; set; } = [];
    public float[] Modality5 { get; set; } = [];
    public float[] Modality6 { get; set; } = [];

    public void SetModality(int index, float[] values)
    {
        switch (index)
        {
            case 0: Modality1 = values; break;
            case 1: Modality2 = values; break;
            case 2: Modality3 = values; break;
            case 3: Modality4 = values; break;
            case 4: Modality5 = values; break;
            case 5: Modality6 = values; break;
            default: throw new ArgumentOutOfRangeException(nameof(index));
        }
    }
}

/// <summary>A data set with several modalities.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Modalities">Name and width of each; the name is that of its column.</param>
/// <param name="TrainingRows">Those to learn from, the held-out rows among them.</param>
/// <param name="TestRows">Those to measure on.</param>
internal sealed record MultimodalData(
    string Name, IReadOnlyList<(string Name, int Width)> Modalities, IReadOnlyList<Row> TrainingRows, IReadOnlyList<Row> TestRows)
{
    public const int MostModalities = 6;

    /// <summary>The column names that no modality can have.</summary>
    public static readonly string[] OtherColumns = [nameof(Row.Label), nameof(Row.Key), nameof(Row.IsHeldOut), "Split", "PredictedLabel", "Score",
        GBlend.MLNet.TrainingHistory.JointBranch, GBlend.MLNet.TrainingHistory.DetachedJointBranch];

    public int Classes => TrainingRows.Select(r => r.Label).Distinct().Count();

    /// <summary>The rows as ML.NET sees them: a text column Label, a text column Key, a bool column IsHeldOut and a vector column per modality.</summary>
    public IDataView AsDataView(MLContext ml, IEnumerable<Row> rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        for (int i = 0; i < MostModalities; i++)
        {
            var column = schema[$"Modality{i + 1}"];
            if (i < Modalities.Count)
            {
                column.ColumnName = Modalities[i].Name;
                column.ColumnType = new VectorDataViewType(NumberDataViewType.Single, Modalities[i].Width);
            }
            else
                schema.Remove(column);
        }
        return ml.Data.LoadFromEnumerable(rows, schema);
    }
}
