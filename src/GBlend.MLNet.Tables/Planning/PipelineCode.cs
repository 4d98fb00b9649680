using System.Text;
using GBlend.MLNet.AutoML;

namespace GBlend.MLNet.Tables;

/// <summary>The program that builds a plan's pipeline by hand.</summary>
internal static class PipelineCode
{
    /// <summary>A C# program, top-level statements, that loads the table and fits the same pipeline.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="options">The options of the trainer.</param>
    internal static string Write(TablePlan plan, GradientBlendingTrainer.Options options)
    {
        var code = new StringBuilder("""
            using GBlend.MLNet;
            using GBlend.MLNet.Tables;
            using Microsoft.ML;
            using Microsoft.ML.Data;
            using Microsoft.ML.Transforms;
            using Microsoft.ML.Transforms.Text;

            var ml = new MLContext(seed: 1);
            IDataView rows = MultiModalTable.Load(ml, args[0]).Data; // or any data view with these columns

            """);
        if (plan.OpensFiles)
            code.Append(plan.Modalities.Count > 1
                ? "// Rows whose files can't be read are trained on and answered by their other modalities.\n"
                : "// Rows whose files can't be read are left out of the training.\n");
        var steps = plan.FeatureSteps.Prepend(plan.LabelStep).ToArray();
        code.Append($"var pipeline = {steps[0].Code}\n");
        foreach (var step in steps[1..])
            code.Append($"    .Append({step.Code})\n");
        string trainer = OptionsCode.Write(options).Replace("\n", "\n    ");
        code.Append($"    .Append(ml.{Catalog(plan.Task)}.Trainers.GradientBlending({trainer}))");
        if (plan.Task == TableTask.Multiclass)
            code.Append("\n    .Append(ml.Transforms.Conversion.MapKeyToValue(\"PredictedLabel\"))");
        code.Append(";\n").Append("""
            var model = pipeline.Fit(rows);
            ml.Model.Save(model, rows.Schema, "model.zip");

            """);
        return code.ToString();
    }

    /// <summary>The catalog of a task's trainers.</summary>
    /// <param name="task">The task.</param>
    /// <param name="forMember">Whether it is of a member of the pool, which learns several labels one by one.</param>
    internal static string Catalog(TableTask task, bool forMember = false) => task switch
    {
        TableTask.MultiLabel when forMember => "BinaryClassification",
        TableTask.Binary => "BinaryClassification",
        TableTask.Regression => "Regression",
        _ => "MulticlassClassification",
    };
}
