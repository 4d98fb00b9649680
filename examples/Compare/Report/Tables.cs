using System.Globalization;
using System.Text;

namespace Compare;

/// <summary>The report: what came out, in Markdown.</summary>
internal sealed class Tables(Scores scores, IReadOnlyList<Timing> timings, string settings)
{
    public override string ToString()
    {
        var text = new StringBuilder();
        void Part(string title, string words, object? table = null) => text.Append($"## {title}\n\n{words}\n\n{(table is null ? "" : $"{table}\n")}");

        Part("Over all sets", $"""
            Settings: {settings}. {Seeds()} Rates are chosen per method and seed on the held-out rows; test rows are looked at once, after that.
            {string.Join(", ", Recipe.Baselines.Concat(Recipe.BaselineVariants).Where(scores.Methods.Contains))} are taken at the better
            of two treatments on each set (last epoch, best held-out epoch), in hindsight, which favors them; everything else is the last epoch's.
            `+pool`: the answer is a pool of the same network's heads; without it, its joint head. `separate`: the single
            modalities' networks, each at its own rate, mean of probabilities; `separate-logits`: mean of logits; `single`: the one that is best on
            the held-out rows.
            `{Recipe.AutoUntuned}`: the default with the trainer's own rate and epochs; its rank is the one it has in the place of `{Recipe.Auto}`.
            Differences are in points of accuracy, mean ± standard error over sets. Cost: seconds of a fit over those of a naive fit of the same
            minute, one fit at a time, median over sets and repeats
            (*cores*: of all cores together; *clock*: as one waits for it on {Environment.ProcessorCount} cores).{Incomplete()}
            """, Overview());
        if (Ranking.Of(scores, Measure.Accuracy) is { } ranking)
        {
            double alike = Statistics.FriedmanProbability([.. ranking.Methods.Select(m => m.Rank)], ranking.Sets);
            Part("Ranks", string.Create(CultureInfo.InvariantCulture, $"""
                Average ranks over {ranking.Sets} sets of {ranking.Methods.Count} methods. That all are alike has a probability of
                {(alike < 1e-10 ? "less than 1e-10" : $"{alike:0.0e-0}")} (Friedman, Iman and Davenport). Two methods differ at the level 0.05 if
                their average ranks are more than the critical difference of {ranking.CriticalDifference:0.00} apart
                (Nemenyi: q sqrt(k (k + 1) / (6 N)), k methods, N sets, q the quantile of the Studentized range over the square root of 2; Demsar,
                JMLR 7, 2006).
                The pictures are `ranks-accuracy` and `ranks-logloss`, as PNG and SVG.
                """));
        }
        string[] variants = [.. Recipe.BaselineVariants.Where(scores.Methods.Contains)];
        foreach (string method in new[] { Recipe.Auto, Recipe.AutoUntuned }.Where(scores.Methods.Contains))
        {
            string what = method == Recipe.Auto ? "The default" : "The default with the trainer's own rate and epochs, nothing chosen,";
            if (Bar(method, Recipe.Baselines) is { } bar)
            {
                Part($"The bar: {method}", $"""
                    {what} against the best of {string.Join(", ", Recipe.Baselines.Where(scores.Methods.Contains))} on each set, each at its own best
                    rate and better treatment, chosen after seeing the test rows.
                    Points of accuracy, and log-loss; mean ± standard error of the paired differences over seeds, below over sets. {Lowest(method)}
                    """, bar);
            }
            if (Recipe.CrossFittedBaselines.Any(scores.Methods.Contains) && Bar(method, Recipe.CrossFittedBaselines) is { } fair)
                Part($"Against cross-fitted baselines: {method}",
                    $"The same with {string.Join(", ", Recipe.CrossFittedBaselines.Where(scores.Methods.Contains))} as the baselines.", fair);
            if (variants.Length > 0 && Bar(method, [.. Recipe.Baselines, .. variants]) is { } harder)
                Part($"A harder bar: {method}", $"The same with {string.Join(" and ", variants)} among the baselines.", harder);
        }
        Part("Test accuracy by set", "In percent, at the better treatment.", BySet(Measure.Accuracy));
        Part("Log-loss by set", "On the test rows, at the better treatment.", BySet(Measure.LogLoss));
        foreach (string set in scores.Sets)
            Part(set, "Mean ± standard error over seeds; differences are paired by seed, against the baseline's better treatment. AUC: of the rarer of two "
                + "classes.", OneSet(set));
        return text.ToString();
    }

    private string Seeds()
    {
        var counts = scores.Methods.Select(
            m => (Method: m, Seeds: scores.Sets.SelectMany(s => scores.Treatments(s, m).Select(t => scores.Rows(s, m, t).Count)).DefaultIfEmpty(0).Min()))
            .GroupBy(m => m.Seeds).OrderByDescending(g => g.Key).ToArray();
        return counts.Length == 1
            ? $"{counts[0].Key} seed{(counts[0].Key == 1 ? "" : "s")}."
            : string.Join("; ", counts.Select(g => $"{g.Key} seeds: {string.Join(", ", g.Select(m => m.Method))}")) + ".";
    }

    private string Incomplete()
    {
        string[] incomplete = [.. scores.Methods.Except(scores.CompleteMethods)];
        return incomplete.Length == 0 ? "" : $"\n*: not run on all sets, and so not ranked and with means over fewer sets: {string.Join(", ", incomplete)}.";
    }

    private MarkdownTable Overview()
    {
        var table = new MarkdownTable(
            ["Method", "Accuracy %", "Log-loss", "Rank", "Rank by loss", .. Recipe.Baselines.Select(b => $"- {b}"), "Cost: cores", "Cost: clock"]);
        foreach (string method in scores.Methods.OrderByDescending(scores.CompleteMethods.Contains).ThenByDescending(m => Mean(m, Measure.Accuracy)))
        {
            table.Add([
                scores.CompleteMethods.Contains(method) ? method : $"{method} *",
                Text(Mean(method, Measure.Accuracy), "0.0"),
                Text(Mean(method, Measure.LogLoss), "0.000"),
                Rank(method, Measure.Accuracy),
                Rank(method, Measure.LogLoss),
                .. Recipe.Baselines.Select(b => b == method ? "" : Text(Statistics.PairedDifference(BySets(method), BySets(b)), "+0.0;-0.0;0.0")),
                Cost(method, t => t.CpuRatio),
                Cost(method, t => t.Ratio)]);
        }
        return table;
    }

    private MarkdownTable? Bar(string method, IReadOnlyList<string> baselines)
    {
        var table = new MarkdownTable("Set", "Best baseline", "Its accuracy", method, "Difference", "Lowest log-loss", "Its log-loss", method, "Difference");
        var accuracy = new List<double>();
        var loss = new List<double>();
        foreach (string set in scores.Sets.Where(s => scores.Treatments(s, method).Count > 0))
        {
            if (scores.BestOf(baselines, set, Measure.Accuracy) is not { } best || scores.BestOf(baselines, set, Measure.LogLoss) is not { } lowest)
                continue;
            var points = scores.Difference(set, method, Treatment.Last, best, Measure.Accuracy);
            var less = scores.Difference(set, method, Treatment.Last, lowest, Measure.LogLoss);
            accuracy.Add(points.Mean);
            loss.Add(less.Mean);
            table.Add(set, Named(set, best, Measure.Accuracy), Text(scores.Best(set, best, Measure.Accuracy), "0.0"),
                Text(scores.Best(set, method, Measure.Accuracy), "0.0"), Text(points, "+0.0;-0.0;0.0"),
                Named(set, lowest, Measure.LogLoss), Text(scores.Best(set, lowest, Measure.LogLoss), "0.000"),
                    Text(scores.Best(set, method, Measure.LogLoss), "0.000"), Text(less, "+0.000;-0.000;0.000"));
        }
        if (accuracy.Count == 0)
            return null;
        table.Add("mean", "", "", "", Text(Statistics.Mean(accuracy), "+0.0;-0.0;0.0"), "", "", "", Text(Statistics.Mean(loss), "+0.000;-0.000;0.000"));
        table.Add("worst", "", "", "", Text(accuracy.Min(), "+0.0;-0.0;0.0"), "", "", "", Text(loss.Max(), "+0.000;-0.000;0.000"));
        table.Add("better on", "", "", "", $"{accuracy.Count(d => d > 0)} of {accuracy.Count}", "", "", "", $"{loss.Count(d => d < 0)} of {loss.Count}");
        return table;
    }

    private string Lowest(string method)
    {
        string[] sets = [.. scores.Sets.Where(s => scores.Treatments(s, method).Count > 0)];
        string[] others = [.. scores.Methods.Except([Recipe.Auto, Recipe.AutoUntuned])];
        int Wins(Measure measure) => sets.Count(s => scores.BestOf([method, .. others], s, measure) == method);
        return $"Of all {others.Length + 1} methods its accuracy is the highest on {Wins(Measure.Accuracy)} and its log-loss the lowest on "
            + $"{Wins(Measure.LogLoss)} of {sets.Length} sets.";
    }

    private MarkdownTable BySet(Measure measure)
    {
        var table = new MarkdownTable(["Method", .. scores.Sets]);
        foreach (string method in scores.Methods)
            table.Add([method, .. scores.Sets.Select(s => Text(scores.Best(s, method, measure).Mean, measure.Format))]);
        return table;
    }

    private MarkdownTable OneSet(string set)
    {
        var table = new MarkdownTable(["Method", "Epoch", "Seeds", "Accuracy %", "Log-loss", "AUC %", "Rates", .. Recipe.Baselines.Select(b => $"- {b}")]);
        foreach (string method in scores.Methods)
        {
            foreach (var treatment in scores.Treatments(set, method))
            {
                var rows = scores.Rows(set, method, treatment);
                table.Add([
                    method, treatment.ToString().ToLowerInvariant(), $"{rows.Count}",
                    Text(scores.Mean(set, method, treatment, Measure.Accuracy), "0.0"), Text(scores.Mean(set, method, treatment, Measure.LogLoss), "0.000"),
                        Text(scores.Mean(set, method, treatment, Measure.Auc), "0.0"), Rates(rows),
                    .. Recipe.Baselines.Select(b => b == method ? "" : Text(scores.Difference(set, method, treatment, b, Measure.Accuracy), "+0.0;-0.0;0.0"))]);
            }
        }
        return table;
    }

    /// <summary>How often each rate was chosen; where every modality has its own, nothing, because it would be long.</summary>
    private static string Rates(IReadOnlyList<ResultRow> rows) => rows.Any(r => r.Rate.Contains(' ', StringComparison.Ordinal))
        ? ""
        : string.Join(", ", rows.GroupBy(r => r.Rate).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()}x {g.Key}"));

    private string Named(string set, string method, Measure measure) =>
        $"{method}, {scores.BetterTreatment(set, method, measure).ToString().ToLowerInvariant()} epoch";

    private double Mean(string method, Measure measure) => BySets(method, measure).Values.DefaultIfEmpty(double.NaN).Average();

    private Dictionary<string, double> BySets(string method, Measure? measure = null) =>
        scores.Sets.Where(s => scores.Treatments(s, method).Count > 0).ToDictionary(s => s, s => scores.Best(s, method, measure ?? Measure.Accuracy).Mean);

    /// <summary>The default without a search has the rank that it would have in the place of the one with a search.</summary>
    private string Rank(string method, Measure measure) =>
        Ranking.Of(scores, measure, method == Recipe.AutoUntuned ? Recipe.Auto : Recipe.AutoUntuned)?.RankOf(method) is { } rank ? Text(rank, "0.0") : "";

    private string Cost(string method, Func<Timing, double> ratio)
    {
        string name = method.EndsWith(Recipe.PoolSuffix, StringComparison.Ordinal) ? method[..^Recipe.PoolSuffix.Length] : method;
        if (name == Recipe.Naive && timings.Count > 0)
            return "1.00";
        string recipe = name is Recipe.Separate or Recipe.SeparateLogits or Recipe.Single ? Recipe.Singles : name;
        return Text(Statistics.Median(timings.Where(t => t.Recipe == recipe && scores.Sets.Contains(t.Set)).Select(ratio)), "0.00");
    }

    private static string Text(Estimate estimate, string format) =>
        double.IsNaN(estimate.Error) ? Text(estimate.Mean, format)
            : $"{Text(estimate.Mean, format)} ± {Text(estimate.Error, format.Split(';')[0].TrimStart('+'))}";

    private static string Text(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);
}
