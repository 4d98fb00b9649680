namespace GBlend.MLNet.Reports;

/// <summary>Each modality alone, the joint heads, the answer and other models.</summary>
internal static class ModalitySection
{
    internal static Part Of(TestResults results, TrainingHistory history, TimeSpan? time)
    {
        var measure = results.Measure;
        var rows = results.Standings.Select(s => (IReadOnlyList<object?>)
        [
            Html.Name(s.Contestant.Name), Role(s.Contestant.Kind), Numbers.Count(s.Rows), measure.Show(s.Merit.Value), Range(measure, s.Merit),
                Numbers.Show(s.Loss),
            s.Gain is { } gain ? measure.ShowGain(gain.Value) : "", s.Gain is { } g && !double.IsNaN(g.Low)
                ? $"{measure.ShowGain(g.Low)} to {measure.ShowGain(g.High)}" : "",
            s.Contestant.Parameters is { } count ? Numbers.Count(count) : "",
        ]);
        string unit = measure.IsShare ? ", points" : "";
        var table = Html.Table($"The test rows: {measure.Name} and {measure.LossName}.",
            ["Who predicts", "What it is", "Rows", char.ToUpperInvariant(measure.Name[0])
                + measure.Name[1..], "95 % interval", char.ToUpperInvariant(measure.LossName[0]) + measure.LossName[1..],
                $"The answer is better by{unit}", "95 % interval", "Parameters"], rows);
        string answer = $"The answer is made by: {Inert.Name(history.Answer, 400)}. ";
        string heads = results.Standings.Any(s => s.Contestant.Kind == ContestantKind.Alone)
            ? "Alone means the head of one modality in this model, which is not a network trained without the others. "
            : "The scores of the heads are not among the rows; set OutputBranchScores, or give the report the model. ";
        string parameters = "Parameters are those that each has of its own; the answer's are those of the whole model.";
        return new(Html.Section("modalities", "Modalities, alone and together", table,
            Html.Of("p", Html.At("class", "muted"), answer + heads + parameters + (time is { } t ? $" The training took {Duration(t)}." : ""))));
    }

    /// <summary>A time for people.</summary>
    internal static string Duration(TimeSpan time) => time.TotalMinutes < 2 ? $"{Numbers.Show(time.TotalSeconds)} s" : time.TotalHours < 2
        ? $"{Numbers.Show(time.TotalMinutes)} min" : $"{Numbers.Show(time.TotalHours)} h";

    internal static string Range(Measure measure, Interval value) => double.IsNaN(value.Low) ? ""
        : measure.IsShare ? $"{measure.Show(value.Low)} to {measure.Show(value.High)}" : $"{measure.Show(value.High)} to {measure.Show(value.Low)}";

    private static string Role(ContestantKind kind) => kind switch
    {
        ContestantKind.Alone => "one modality alone",
        ContestantKind.Joint => "joint head",
        ContestantKind.Member => "a member of the model",
        ContestantKind.Answer => "the model",
        _ => "another model",
    };
}
