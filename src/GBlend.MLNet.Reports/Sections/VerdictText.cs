namespace GBlend.MLNet.Reports;

/// <summary>What came out, in one sentence.</summary>
internal static class VerdictText
{
    internal static string Of(TrainingHistory history, TestResults results)
    {
        var (measure, standing) = (results.Measure, results.Standing);
        string rows = $"On {Numbers.Count(standing.Rows)} test row{(standing.Rows == 1 ? "" : "s")}", answer = $"the model ({Inert.Name(history.Answer, 200)})";
        string start = measure switch
        {
            ClassMeasure => $"{rows} {answer} is right in {Shown(measure, standing.Merit)}",
            LabelMeasure => $"{rows} {answer} has {Shown(measure, standing.Merit)} of the labels right",
            _ => $"{rows} {answer} is off by {Shown(measure, standing.Merit)} on average",
        };
        string[] more = [.. new[] { (results.BestAlone, "the best single modality, "), (results.BestBaseline, "") }
            .Where(c => c.Item1 is not null).Select(c => Compared(measure, c.Item1!, c.Item2))];
        return more.Length == 0 ? start + "." : $"{start}: {string.Join("; ", more)}.";
    }

    /// <summary>An estimate with its interval in words.</summary>
    internal static string Shown(Measure measure, Interval value)
    {
        // An error is shown without its sign, which turns its ends around.
        var (low, high) = measure.IsShare ? (value.Low, value.High) : (value.High, value.Low);
        return double.IsNaN(value.Low) ? measure.Show(value.Value) : $"{measure.Show(value.Value)} (95 % interval {measure.Show(low)} to {measure.Show(high)})";
    }

    private static string Compared(Measure measure, Standing other, string role)
    {
        var gain = other.Gain!.Value;
        string name = role + Inert.Name(other.Contestant.Name) + (role.Length > 0 ? "," : "");
        string size = measure.IsShare ? $"{(100 * Math.Abs(gain.Value)).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture)} points"
            : Numbers.Show(Math.Abs(gain.Value));
        string interval = double.IsNaN(gain.Low) ? "" : $" (95 % interval {measure.ShowGain(gain.Low)} to {measure.ShowGain(gain.High)})";
        return gain switch
        {
            { Value: 0 } => $"as good as {name.TrimEnd(',')}{interval}",
            { IsClear: true, Value: > 0 } => $"better than {name} by {size}{interval}",
            { IsClear: true } => $"worse than {name} by {size}{interval}",
            { Value: > 0 } => $"better than {name} by {size}, which may be chance{interval}",
            _ => $"worse than {name} by {size}, which may be chance{interval}",
        };
    }
}
