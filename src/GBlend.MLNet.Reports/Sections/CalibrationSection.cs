namespace GBlend.MLNet.Reports;

/// <summary>Whether probabilities mean what they say; for numbers, predictions against the truth.</summary>
internal static class CalibrationSection
{
    private const int MostPoints = 400;

    internal static Part Of(TestResults results, Calibration? calibration)
    {
        if (calibration is null)
            return OfNumbers(results, (NumberMeasure)results.Measure);
        bool isLabels = results.Measure is LabelMeasure;
        string right = isLabels ? "Share that has the label" : "Share that is right", caption = isLabels
            ? "How often labels are there, by their predicted probability; on the dashed line probabilities mean what they say."
            : "How often predictions are right, by the probability of the predicted class; on the dashed line probabilities mean what they say.";
        var rows = calibration.Bins.Select(b => (IReadOnlyList<object?>)
            [Numbers.Percent(b.Confidence), Numbers.Percent(b.Right.Value), $"{Numbers.Percent(b.Right.Low)} to {Numbers.Percent(b.Right.High)}",
                Numbers.Count(b.Rows)]);
        var figure = PointChart.Draw("calibration", caption, "predicted probability", "share", [.. calibration.Bins.Select(b => (b.Confidence, b.Right))],
            (0, 1), isLine: true,
            Html.Table(caption, ["Mean probability", right, "95 % interval", isLabels ? "Labels" : "Rows"], rows));
        return new(Html.Section("calibration", "Calibration", figure.ToHtml(),
            Html.Paragraph($"The expected calibration error is {Numbers.Percent(calibration.Error)}: the mean distance between probability and share.")),
                figure);
    }

    private static Part OfNumbers(TestResults results, NumberMeasure measure)
    {
        var answer = results.Answer.Predictions;
        int[] there = [.. Enumerable.Range(0, measure.Rows).Where(r => Measure.IsThere(answer[r]))];
        int step = (there.Length + MostPoints - 1) / Math.Max(MostPoints, 1);
        string caption = "Predictions by the truth; on the dashed line they are right." + (step > 1 ? $" Every {step} rows." : "");
        var figure = PointChart.Draw("predictions", caption, "truth", "prediction",
            [.. there.Where((_, i) => i % step == 0).Select(r => ((double)measure.Truth[r], new Interval(answer[r][0], double.NaN, double.NaN)))], null,
                isLine: false, null);
        double mean = there.Average(r => measure.Truth[r]), total = there.Sum(r => Math.Pow(measure.Truth[r] - mean, 2)),
            left = there.Sum(r => measure.Loss(r, answer[r]));
        return new(Html.Section("predictions", "Predictions and truth", figure.ToHtml(), Html.Paragraph(
            $"R² is {Numbers.Show(total > 0 ? 1 - left / total : double.NaN)}: the share of the truth's variance that the predictions explain; the "
                + $"root of the mean squared error is {Numbers.Show(Math.Sqrt(left / there.Length))}.")), figure);
    }
}
