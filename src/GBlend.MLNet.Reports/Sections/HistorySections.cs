namespace GBlend.MLNet.Reports;

/// <summary>How the training went.</summary>
internal static class HistorySections
{
    private const int MostRows = 200;

    internal static IEnumerable<Part> Of(TrainingHistory history)
    {
        if (history.Epochs.Count == 0)
            yield break;
        int[] epochs = [.. history.Epochs.Select(e => e.Epoch)], marks = [.. history.Estimates.Select(e => e.FirstEpoch).Distinct()];
        yield return Losses(history, epochs, marks);
        yield return Weights(history, epochs, marks);
        if (history.Estimates.Count > 0)
            yield return Estimates(history);
        else if (history.Epochs.Count > 1 && history.Epochs.All(e => e.HeldOutLoss.Count > 0))
            yield return Overfitting(history);
    }

    private static Part Losses(TrainingHistory history, int[] epochs, int[] marks)
    {
        bool hasHeldOut = history.Epochs.All(e => e.HeldOutLoss.Count == history.Branches.Count);
        var lines = history.Branches.SelectMany((branch, i) => new[]
        {
            new Series(hasHeldOut ? $"{Inert.Name(branch, 14)} train" : branch, [.. history.Epochs.Select(e => e.TrainLoss[i])], i, hasHeldOut ? "2 3" : null),
            hasHeldOut ? new Series(branch, [.. history.Epochs.Select(e => e.HeldOutLoss[i])], i) : null,
        }).OfType<Series>().ToList();
        if (hasHeldOut && history.Epochs.Any(e => e.AnswerHeldOutLoss is not null))
            lines.Add(new("Answer", [.. history.Epochs.Select(e => e.AnswerHeldOutLoss ?? double.NaN)], history.Branches.Count, "8 3"));
        string words = hasHeldOut ? "Loss per row after each epoch: dotted on training rows, whole lines on held-out rows."
            : "Loss per row on training rows after each epoch; no rows were held out.";
        if (marks.Length > 0)
            words += " Vertical lines are starts of super-epochs.";
        var figure = LineChart.Draw("losses", words, "loss", epochs, lines, marks);
        string epoch = $"The model has the weights of epoch {history.SelectedEpoch}"
            + (history.HeldOutLoss is { } loss ? $"; its answer's loss on the held-out rows is {Numbers.Show(loss)}." : ".")
            + string.Concat(history.Members.Select(member => $" {Inert.Name(member.ToString(), 400)}."));
        return new(Html.Section("losses", "Losses", figure.ToHtml(), Html.Paragraph(epoch)), figure);
    }

    private static Part Weights(TrainingHistory history, int[] epochs, int[] marks)
    {
        var lines = history.Branches.Select((branch, i) => new Series(branch, [.. history.Epochs.Select(e => e.Weights[i])], i, i % 2 == 0 ? null : "6 3"))
            .ToArray();
        var figure = LineChart.Draw("weights", "Weight of each branch's loss in each epoch.", "weight", epochs, lines, marks);
        return new(Html.Section("weights", "Blending weights", figure.ToHtml()), figure);
    }

    private static Part Estimates(TrainingHistory history)
    {
        var all = history.Estimates.SelectMany(e => e.Branches.Select(b => (Estimate: e, Branch: b))).ToArray();
        var rows = all.Take(MostRows).Select(x => (IReadOnlyList<object?>)
        [
            $"{x.Estimate.FirstEpoch} to {x.Estimate.FirstEpoch + x.Estimate.Epochs - 1}", Html.Name(x.Branch.Branch),
                WithError(x.Branch.Generalization, x.Branch.GeneralizationStandardError),
            WithError(x.Branch.Overfitting, x.Branch.OverfittingStandardError), Numbers.Show(x.Branch.OverfittingToGeneralizationRatio),
                Numbers.Show(x.Branch.PublishedWeight), Numbers.Show(x.Branch.Weight),
        ]);
        string more = all.Length > MostRows ? $" The first {MostRows} of {all.Length} rows; the JSON has all." : "";
        var table = Html.Table("What each branch gained when it was trained alone for a super-epoch: G is how far its held-out loss fell, O how far "
            + "the gap to its training loss grew "
            + "(each ± its standard error), OGR is |O / G|." + more, ["Epochs", "Branch", "G", "O", "OGR", "Published weight", "Weight"], rows);
        var starts = history.Estimates.Select(e => e.FirstEpoch).Distinct().Order().ToArray();
        if (starts.Length < 2)
            return new(Html.Section("estimates", "Overfitting and generalization", table));
        // Folds estimate each for itself: a figure has the mean.
        string[] branches = [.. all.Select(x => x.Branch.Branch).Distinct()];
        double[] Mean(string branch, Func<BranchEstimate, double> read) =>
            [.. starts.Select(s => all.Where(x => x.Estimate.FirstEpoch == s && x.Branch.Branch == branch).Select(x => read(x.Branch))
                .DefaultIfEmpty(double.NaN).Average())];
        var figures = new[] { ("generalization", "G", (Func<BranchEstimate, double>)(b => b.Generalization)), ("overfitting", "O", b => b.Overfitting) }
            .Select(q => LineChart.Draw(q.Item1, $"{q.Item2} of each branch by the first epoch of the super-epoch.", q.Item2, starts,
                [.. branches.Select((b, i) => new Series(b, Mean(b, q.Item3), i, i % 2 == 0 ? null : "6 3"))], [])).ToArray();
        return new(Html.Section("estimates", "Overfitting and generalization", figures.Select(f => f.ToHtml()), table), figures);
    }

    /// <summary>Trainings that estimate nothing have the same two numbers from their first to their chosen epoch.</summary>
    private static Part Overfitting(TrainingHistory history)
    {
        var (first, last) = (history.Epochs[0], history.Epochs[Math.Clamp(history.SelectedEpoch, 0, history.Epochs.Count - 1)]);
        var rows = history.Branches.Select((branch, i) =>
        {
            double g = first.HeldOutLoss[i] - last.HeldOutLoss[i], o = last.HeldOutLoss[i] - last.TrainLoss[i] - (first.HeldOutLoss[i] - first.TrainLoss[i]);
            return (IReadOnlyList<object?>)[Html.Name(branch), Numbers.Show(g), Numbers.Show(o),
                Numbers.Show(g == 0 ? double.PositiveInfinity : Math.Abs(o / g)), Numbers.Show(last.Weights[i])];
        });
        return new(Html.Section("estimates", "Overfitting and generalization", Html.Table(
            $"From epoch {first.Epoch} to epoch {last.Epoch}, all branches trained together: G is how far the held-out loss fell, O how far the gap "
                + $"to the training loss grew, OGR is |O / G|. "
            + "This blending estimates no weights from them.", ["Branch", "G", "O", "OGR", "Weight"], rows)));
    }

    private static string WithError(double value, double error) => $"{Numbers.Show(value)} ± {Numbers.Show(error)}";
}
