using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace GBlend.MLNet;

/// <summary>Draws the columns that a model adds to a data view.</summary>
internal static class OnnxColumns
{
    /// <exception cref="InvalidOperationException">A step before the model has no ONNX form; the message names the column.</exception>
    /// <exception cref="NotSupportedException">The model has none; the message says why.</exception>
    internal static void Draw(OnnxContext context, ScoringSchema schema, LabelInfo label)
    {
        foreach (var column in schema.Modalities.Where(column => !context.ContainsColumn(column.Name)))
        {
            throw new InvalidOperationException($"The model can't be exported to ONNX from here: the column '{column.Name}', which it reads, is made "
                + $"by a step that has no ONNX form. "
                + "Use ml.Model.SaveAsOnnx of GBlend.MLNet, whose file begins after such a step, or export the part of the pipeline after it.");
        }
        if (schema.Model.Unguarded.Members is [var member, ..])
        {
            throw new NotSupportedException($"The model can't be exported to ONNX: its member '{member.Head.Name}', which takes part in the answer, has "
                + "no ONNX form here. Train the model without Members, or save it by ml.Model.Save.");
        }
        foreach (var column in schema.Columns.Where(column => column.IsLimit))
        {
            throw new NotSupportedException($"The model can't be exported to ONNX: its column '{column.Name}' has no ONNX form. "
                + "Train it without PredictionSetCoverage, or drop the column and keep the limits in your program.");
        }
        schema.Model.Use(model =>
        {
            var graph = new OnnxGraph(context);
            bool wantsBranches = schema.Columns.Any(c => c.Branch != OutputColumn.Answer);
            (string, bool)[] columns = [.. schema.Modalities.Select(c =>
                (context.GetVariableName(c.Name), c.Type.Item() == NumberDataViewType.Single || c.Type.Item() == NumberDataViewType.Double))];
            var (answer, branches, lacks) = new ModelGraph(model, graph).Draw(columns, wantsBranches);
            foreach (var column in schema.Columns)
            {
                if (column.IsPresence)
                {
                    graph.Column(column.Name, column.Type, Presence(graph, lacks, answer));
                    continue;
                }
                string scores = column.Branch == OutputColumn.Answer ? answer : branches[column.Branch].Scores;
                string value = Value(graph, column, label, scores);
                if (column.Branch != OutputColumn.Answer && branches[column.Branch].IsAbsent is { } isAbsent)
                    value = graph.Where(isAbsent, graph.Number(double.NaN), value);
                graph.Column(column.Name, column.Type, value);
            }
        });
    }

    /// <summary>Per modality whether a row has it, [rows, modalities].</summary>
    private static string Presence(OnnxGraph graph, string?[] isAbsent, string answer)
    {
        // True for every row, whatever the answer.
        string first = graph.Node("Slice", [answer, graph.Longs([0], 1), graph.Longs([1], 1), graph.Longs([1], 1)]);
        string always = graph.Node("Not", graph.Node("Greater", [graph.Node("Sub", [first, first]), graph.Number(0)]));
        return graph.Concat([.. isAbsent.Select(lacks => lacks is null ? always : graph.Node("Not", lacks))], 1);
    }

    private static string Value(OnnxGraph graph, OutputColumn column, LabelInfo label, string scores)
    {
        string Class(long at) => graph.Node("Slice", [scores, graph.Longs([at], 1), graph.Longs([at + 1], 1), graph.Longs([1], 1)]);
        string Log(string probability) => graph.Node("Log", graph.Node("Max", [probability, graph.Number(OutputColumns.LeastProbability)]));
        bool isLabel = column.Name == DefaultColumnNames.PredictedLabel && column.Branch == OutputColumn.Answer;
        return label.Kind switch
        {
            OutputKind.Multiclass when isLabel => graph.Cast(
                graph.Add(graph.Node("ArgMax", scores, ("axis", 1L), ("keepdims", 1L)), graph.Longs([1])), label.KeyType!),
            OutputKind.MultiLabel when isLabel => graph.Node("Greater", [scores, graph.Number(0.5)]),
            OutputKind.Binary when isLabel =>
                graph.Node("Greater", [Class(1), column.Threshold == DecisionThreshold.Usual ? Class(0) : graph.Number(column.Threshold)]),
            OutputKind.Binary when column.Name == DefaultColumnNames.Probability => Class(1),
            OutputKind.Binary => graph.Node("Sub", [Log(Class(1)), Log(Class(0))]),
            _ => scores,
        };
    }
}
