using Microsoft.ML;

namespace QuickStart;

/// <summary>
/// Every slot less its mean, over its standard deviation, at most 10 either way. In the pipeline of the trainer NormalizeMeanVariance
/// would see the held-out rows too, so it is fitted here on rows that are surely trained on.
/// </summary>
internal static class Standardising
{
    public static ITransformer Fit(MLContext ml, MultimodalData data, IEnumerable<Row> rows)
    {
        var columns = data.Modalities.Select(m => new InputOutputColumnPair(m.Name)).ToArray();
        IEstimator<ITransformer> steps = ml.Transforms.NormalizeMeanVariance(columns, fixZero: false);
        foreach (var column in columns)
            steps = steps.Append(ml.Transforms.Expression(column.OutputColumnName, "x => min(max(x, -10f), 10f)", column.InputColumnName));
        return steps.Fit(data.AsDataView(ml, rows));
    }
}
