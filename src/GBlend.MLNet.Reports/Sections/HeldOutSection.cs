namespace GBlend.MLNet.Reports;

/// <summary>How the rows were held out by which the training was steered.</summary>
internal static class HeldOutSection
{
    internal static Part Of(TrainingHistory history, GradientBlendingTrainer.Options? options) =>
        new(Html.Section("heldout", "Held-out rows", Html.Paragraph(Counts(history)), Html.Paragraph(Way(history, options))));

    private static string Counts(TrainingHistory history)
    {
        string training = $"{Numbers.Count(history.TrainingRows)} training row{(history.TrainingRows == 1 ? "" : "s")}";
        if (history.Folds.Count > 0)
        {
            return $"The model is cross-fitted in {history.Folds.Count} folds on {training}: each fold's networks hold out "
                + $"{string.Join(", ", history.Folds.Take(20).Select(f => Numbers.Count(f.HeldOutRows)))} rows, and every row is measured by networks "
                + $"that did not train on it.";
        }
        return history.HeldOutRows == 0
            ? $"No rows were held out: {training} were all trained on, so that nothing but the test rows says how the model does on others."
            : $"{Numbers.Count(history.HeldOutRows)} rows were held out of training, beside {training}. They had a part in the fit (they steer "
                + $"weights, the choice of the epoch and the answer), so that only the test rows judge the model.";
    }

    private static string Way(TrainingHistory history, GradientBlendingTrainer.Options? options) => options switch
    {
        null => "How they were chosen is not known to the model; give the report the options of the training (ReportOptions.Trainer).",
        { HoldOutColumnName: { } column } => $"Held out were the rows in which the column {Inert.Name(column)} is true.",
        { SamplingKeyColumnName: { } key } when history.HeldOutRows > 0 =>
            $"Rows were held out by the column {Inert.Name(key)}: all rows of one value are on the same side{Share(options)}.",
        _ when history.HeldOutRows > 0 =>
            $"Rows were drawn at random by the seed, of each class its share where there are classes{Share(options)}. Rows that belong together (of "
                + $"one speaker, of one film) may be on both sides; SamplingKeyColumnName keeps them together.",
        _ => "None were asked for.",
    };

    private static string Share(GradientBlendingTrainer.Options options) => options.ValidationFraction is { } fraction
        ? $" ({Numbers.Percent(fraction)} of the rows)" : "";
}
