using System.Globalization;

namespace Compare;

/// <summary>
/// The piece of work that is done or not done: a recipe, a set, a treatment and a seed, at all rates. The rates compete on the held-out
/// rows; only the chosen model sees the test rows.
/// </summary>
internal sealed record Unit(DataSet Data, Recipe Recipe, Treatment Treatment, int Seed)
{
    public ResultKey Key => new(Data.Name, Recipe.MainMethod, Treatment, Seed);

    public IReadOnlyList<ResultRow> Run(RunSettings settings, CancellationToken cancelled)
    {
        var fitting = new Fitting(Data, settings, cancelled);
        var opened = new List<FittedModel>();
        try
        {
            FittedModel[] Fit(params IReadOnlyList<string> columns)
            {
                IEnumerable<float?> rates = Recipe.IsUntuned ? [null] : settings.Rates.Select(r => (float?)r);
                var models = new List<FittedModel>();
                foreach (float? rate in rates)
                {
                    if (fitting.Fit(Recipe, columns, rate, Treatment, Seed) is { } model)
                    {
                        models.Add(model);
                        opened.Add(model);
                    }
                }
                return [.. models];
            }
            return Recipe.Name == Recipe.Singles ? [.. Singles([.. Data.Columns.Select(c => (c, Fit(c)))])] : [.. Joint(Fit(Data.Columns))];
        }
        finally
        {
            opened.ForEach(model => model.Dispose());
        }
    }

    private IEnumerable<ResultRow> Joint(FittedModel[] models)
    {
        if (models.Length == 0)
            return [Diverged(Recipe.Name)];
        bool hasHeads = models[0].HasHeads;
        if (!hasHeads || Recipe.IsPooled)
            return [Row(Recipe.Name, Choose(models, jointHead: false, byLoss: Recipe.IsPooled), jointHead: false)];
        var joint = Row(Recipe.Name, Choose(models, jointHead: true, byLoss: false), jointHead: true);
        // A pool repairs over-confidence, so that stopping early only takes knowledge from it: last epoch only.
        return Treatment == Treatment.Best ? [joint] : [joint, Row(Recipe.Name + Recipe.PoolSuffix, Choose(models, jointHead: false, byLoss: true), jointHead: false)];
    }

    /// <summary>Networks of one modality each, every one at its own rate: the best of them, and what they say together.</summary>
    private IEnumerable<ResultRow> Singles(IReadOnlyList<(string Column, FittedModel[] Models)> modalities)
    {
        if (modalities.Any(m => m.Models.Length == 0))
            return [Diverged(Recipe.Single), Diverged(Recipe.Separate), Diverged(Recipe.SeparateLogits)];
        var chosen = modalities.Select(m => (m.Column, Choice: Choose(m.Models, jointHead: false, byLoss: false))).ToArray();
        var best = chosen.Aggregate((a, b) => IsBetter(b.Choice.HeldOut, a.Choice.HeldOut, byLoss: false) ? b : a);
        Prediction[] heldOut = [.. chosen.Select(c => c.Choice.HeldOut)], test = [.. chosen.Select(c => c.Choice.Model.Test())];
        string rates = string.Join(" ", chosen.Select(c => $"{c.Column} {Text(c.Choice.Model.Rate)}"));
        double seconds = chosen.Sum(c => c.Choice.Model.Seconds);
        return
        [
            Row(Recipe.Single, $"{best.Column} {Text(best.Choice.Model.Rate)}", best.Choice.HeldOut, test[Array.IndexOf(chosen, best)], seconds),
            Row(Recipe.Separate, rates, Prediction.MeanOfProbabilities(heldOut), Prediction.MeanOfProbabilities(test), seconds),
            Row(Recipe.SeparateLogits, rates, Prediction.MeanOfLogits(heldOut), Prediction.MeanOfLogits(test), seconds),
        ];
    }

    private Choice Choose(FittedModel[] models, bool jointHead, bool byLoss) =>
        models.Select(m => new Choice(m, m.HeldOut(jointHead))).Aggregate((a, b) => IsBetter(b.HeldOut, a.HeldOut, byLoss) ? b : a);

    /// <summary>By accuracy, or by loss; the other decides between equals.</summary>
    private bool IsBetter(Prediction one, Prediction other, bool byLoss) => byLoss || Treatment == Treatment.Best
        ? (one.LogLoss, -one.Accuracy).CompareTo((other.LogLoss, -other.Accuracy)) < 0
        : (-one.Accuracy, one.LogLoss).CompareTo((-other.Accuracy, other.LogLoss)) < 0;

    private ResultRow Row(string method, Choice choice, bool jointHead) =>
        Row(method, Text(choice.Model.Rate), choice.HeldOut, choice.Model.Test(jointHead), choice.Model.Seconds);

    private ResultRow Row(string method, string rate, Prediction heldOut, Prediction test, double seconds) =>
        new(Key with { Method = method }, rate, test.Accuracy, test.LogLoss, heldOut.Accuracy, heldOut.LogLoss, seconds);

    private ResultRow Diverged(string method) => new(Key with { Method = method }, "diverged", double.NaN, double.NaN, double.NaN, double.NaN, 0);

    private static string Text(double rate) => rate.ToString(CultureInfo.InvariantCulture);

    private sealed record Choice(FittedModel Model, Prediction HeldOut);
}
