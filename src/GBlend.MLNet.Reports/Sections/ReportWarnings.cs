namespace GBlend.MLNet.Reports;

/// <summary>What a reader should know before believing the numbers.</summary>
internal static class ReportWarnings
{
    private const int FewRows = 100, MostOfGuards = 20;

    internal static IReadOnlyList<string> Of(TrainingHistory history, TestResults results, IReadOnlyList<ClassResult> classes, double? threshold,
        IEnumerable<string> given)
    {
        var warnings = new List<string>(given);
        if (results.LeftOut > 0)
            warnings.Add($"{Numbers.Count(results.LeftOut)} test row{(results.LeftOut == 1 ? " has a label" : "s have labels")} that the model does "
                + $"not know, or none, and {(results.LeftOut == 1 ? "is" : "are")} left out.");
        if (results.Measure.Rows < FewRows)
            warnings.Add($"There are only {results.Measure.Rows} test rows, so that intervals are wide.");
        if (threshold is { } other && other != DecisionThreshold.Usual)
            warnings.Add($"The model says yes above a probability of {Numbers.Show(other)}; this report counts yes above 0.5.");
        int unseen = classes.Count(c => c.Rows == 0);
        if (unseen > 0 && results.Measure is ClassMeasure)
            warnings.Add($"{unseen} of {classes.Count} classes {(unseen == 1 ? "has" : "have")} no test row.");
        if (history.HeldOutRows == 0)
            warnings.Add("No rows were held out of training, so that neither the weights of the branches nor the answer could be chosen by rows that "
                + "are new to the model.");
        if (results.BestAlone is { Gain: { IsClear: true, Value: < 0 } } best)
            warnings.Add($"The head of {Inert.Name(best.Contestant.Name)} alone is better than the model.");
        if (history.Epochs.Any(e => !e.TrainLoss.Concat(e.HeldOutLoss).All(double.IsFinite)))
            warnings.Add("Some losses are not finite numbers: a branch that never learned, or one that diverged.");
        string[] guards = [.. history.Estimates.SelectMany(e => e.Guards.Select(g => $"Epochs {e.FirstEpoch} to {e.FirstEpoch + e.Epochs - 1}: {g.Message}."))];
        warnings.AddRange(guards.Take(MostOfGuards));
        if (guards.Length > MostOfGuards)
            warnings.Add($"The guards acted {guards.Length - MostOfGuards} times more; the JSON has all.");
        return warnings;
    }
}
