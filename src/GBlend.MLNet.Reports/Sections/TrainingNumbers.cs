using System.Text.Json.Nodes;

namespace GBlend.MLNet.Reports;

/// <summary>All numbers of a report of a training.</summary>
internal static class TrainingNumbers
{
    internal static JsonObject Of(
        string verdict, TrainingHistory history, TestResults results, IReadOnlyList<ClassResult> classes,
            IReadOnlyList<(int Truth, int Predicted, int Rows)> confusion, Calibration? calibration,
        IReadOnlyList<GroupResult> groups, IReadOnlyList<int> confused, IReadOnlyList<string> warnings,
            IReadOnlyList<(string Name, string Value)> settings) => new()
            {
                ["report"] = "training",
                ["verdict"] = verdict,
                ["test"] = new JsonObject
                {
                    ["measure"] = results.Measure.Name,
                    ["loss"] = results.Measure.LossName,
                    ["rows"] = results.Measure.Rows,
                    ["rowsLeftOut"] = results.LeftOut,
                    ["contestants"] = Json.Of(results.Standings.Select(s => Of(results.Measure, s))),
                    ["classes"] = Json.Of(results.Names),
                    ["confusion"] = Json.Of(confusion.Select(c =>
                        (JsonNode)new JsonObject { ["truth"] = c.Truth, ["predicted"] = c.Predicted, ["rows"] = c.Rows })),
                    ["byClass"] = Json.Of(classes.Select(c => (JsonNode)new JsonObject
                    {
                        ["class"] = c.Class,
                        ["rows"] = c.Rows,
                        ["recall"] = Of(c.Recall),
                        ["predicted"] = c.Predicted,
                        ["precision"] = Json.Of(c.Precision),
                        ["gain"] = Of(c.Gain),
                    })),
                    ["gainOver"] = results.Reference?.Contestant.Name,
                    ["calibration"] = calibration is null ? null : new JsonObject
                    {
                        ["error"] = Json.Of(calibration.Error),
                        ["bins"] = Json.Of(calibration.Bins.Select(b =>
                            (JsonNode)new JsonObject { ["rows"] = b.Rows, ["probability"] = Json.Of(b.Confidence), ["share"] = Of(b.Right) })),
                    },
                    ["groups"] = Json.Of(groups.Select(g => (JsonNode)new JsonObject
                    {
                        ["name"] = g.Name,
                        ["rows"] = g.Rows,
                        ["value"] = Of(Shown(results.Measure, g.Merit))
                    })),
                    ["confused"] = Json.Of(confused.Select(r => (JsonNode)new JsonObject
                    {
                        ["row"] = results.Positions[r],
                        ["name"] = results.RowNames?[r],
                        ["loss"] = Json.Of(results.Measure.Loss(r, results.Answer.Predictions[r])),
                    })),
                },
                ["history"] = Of(history),
                ["warnings"] = Json.Of(warnings),
                ["settings"] = Json.Of(settings.Select(s => (JsonNode)new JsonObject { ["name"] = s.Name, ["value"] = s.Value })),
            };

    private static JsonObject Of(Measure measure, Standing standing) => new()
    {
        ["name"] = standing.Contestant.Name,
        ["kind"] = standing.Contestant.Kind.ToString(),
        ["rows"] = standing.Rows,
        ["value"] = Of(Shown(measure, standing.Merit)),
        ["loss"] = Json.Of(standing.Loss),
        ["answerIsBetterBy"] = standing.Gain is { } gain ? Of(gain) : null,
        ["parameters"] = standing.Contestant.Parameters,
    };

    /// <summary>Merits are higher where better; of an error the JSON has the error itself.</summary>
    private static Interval Shown(Measure measure, Interval merit) => measure.IsShare ? merit : new(-merit.Value, -merit.High, -merit.Low);

    private static JsonObject Of(Interval value) => new() { ["value"] = Json.Of(value.Value), ["low"] = Json.Of(value.Low), ["high"] = Json.Of(value.High) };

    private static JsonObject Of(TrainingHistory history) => new()
    {
        ["branches"] = Json.Of(history.Branches),
        ["members"] = Json.Of(history.Members.Select(m => (JsonNode)new JsonObject
        {
            ["name"] = m.Name,
            ["columns"] = Json.Of(m.ColumnNames),
            ["heldOutLoss"] = Json.Of(m.HeldOutLoss),
        })),
        ["answer"] = history.Answer,
        ["seed"] = history.Seed,
        ["trainingRows"] = history.TrainingRows,
        ["heldOutRows"] = history.HeldOutRows,
        ["heldOutLoss"] = Json.Of(history.HeldOutLoss),
        ["selectedEpoch"] = history.SelectedEpoch,
        ["epochs"] = Json.Of(history.Epochs.Select(e => (JsonNode)new JsonObject
        {
            ["epoch"] = e.Epoch,
            ["learningRate"] = Json.Of(e.LearningRate),
            ["weights"] = Json.Of(e.Weights),
            ["trainLoss"] = Json.Of(e.TrainLoss),
            ["heldOutLoss"] = Json.Of(e.HeldOutLoss),
            ["answerHeldOutLoss"] = Json.Of(e.AnswerHeldOutLoss),
        })),
        ["estimates"] = Json.Of(history.Estimates.Select(e => (JsonNode)new JsonObject
        {
            ["firstEpoch"] = e.FirstEpoch,
            ["epochs"] = e.Epochs,
            ["trust"] = Json.Of(e.Trust),
            ["branches"] = Json.Of(e.Branches.Select(b => (JsonNode)new JsonObject
            {
                ["branch"] = b.Branch,
                ["generalization"] = Json.Of(b.Generalization),
                ["generalizationStandardError"] = Json.Of(b.GeneralizationStandardError),
                ["overfitting"] = Json.Of(b.Overfitting),
                ["overfittingStandardError"] = Json.Of(b.OverfittingStandardError),
                ["overfittingToGeneralizationRatio"] = Json.Of(b.OverfittingToGeneralizationRatio),
                ["publishedWeight"] = Json.Of(b.PublishedWeight),
                ["weight"] = Json.Of(b.Weight),
            })),
            ["guards"] = Json.Of(e.Guards.Select(g => g.Message)),
        })),
        ["folds"] = Json.Of(history.Folds.Select(f => (JsonNode)new JsonObject { ["trainingRows"] = f.TrainingRows, ["heldOutRows"] = f.HeldOutRows })),
    };
}
