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
            return Recipe.IsSingles ? [.. Singles([.. Data.Columns.Select(c => (c, Fit(c)))])] : [.. Joint(Fit(Data.Columns))];
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
        return Treatment == Treatment.Best ? [joint]
            : [joint, Row(Recipe.Name + Recipe.PoolSuffix, Choose(models, jointHead: false, byLoss: true), jointHead: false)];
    }

    /// <summary>Networks of one modality each, every one at its own rate: the best of them, and what they say together.</summary>
    private IEnumerable<ResultRow> Singles(IReadOnlyList<(string Column, FittedModel[] Models)> modalities)
    {
        if (modalities.Any(m => m.Models.Length == 0))
            return [Diverged(Recipe.Single + Recipe.Suffix), Diverged(Recipe.Separate + Recipe.Suffix), Diverged(Recipe.SeparateLogits + Recipe.Suffix)];
        var chosen = modalities.Select(m => (m.Column, Choice: Choose(m.Models, jointHead: false, byLoss: false))).ToArray();
        var best = chosen.Aggregate((a, b) => IsBetter(b.Choice.HeldOut, a.Choice.HeldOut, byLoss: false) ? b : a);
        Prediction[] test = [.. chosen.Select(c => c.Choice.Model.Test())];
        // What cross-fitted models say of the held-out rows, they learned from them.
        Prediction[] heldOut = Recipe.IsCrossFitted ? [] : [.. chosen.Select(c => c.Choice.Model.HeldOut())];
        HeldOutScore Together(Func<IReadOnlyList<Prediction>, Prediction> combine) =>
            heldOut.Length == 0 ? HeldOutScore.None : HeldOutScore.Of(combine(heldOut));
        string rates = string.Join(" ", chosen.Select(c => $"{c.Column} {Text(c.Choice.Model.Rate)}"));
        double seconds = chosen.Sum(c => c.Choice.Model.Seconds);
        return
        [
            Row(Recipe.Single + Recipe.Suffix, $"{best.Column} {Text(best.Choice.Model.Rate)}", best.Choice.HeldOut, test[Array.IndexOf(chosen, best)],
                seconds),
            Row(Recipe.Separate + Recipe.Suffix, rates, Together(Prediction.MeanOfProbabilities), Prediction.MeanOfProbabilities(test), seconds),
            Row(Recipe.SeparateLogits + Recipe.Suffix, rates, Together(Prediction.MeanOfLogits), Prediction.MeanOfLogits(test), seconds),
        ];
    }

    private Choice Choose(FittedModel[] models, bool jointHead, bool byLoss) =>
        models.Select(m => new Choice(m, m.IsCrossFitted ? new(double.NaN, m.OwnLoss) : HeldOutScore.Of(m.HeldOut(jointHead)))).Aggregate(
            (a, b) => IsBetter(b.HeldOut, a.HeldOut, byLoss) ? b : a);

    /// <summary>By accuracy, or by loss; the other decides between equals.</summary>
    private bool IsBetter(HeldOutScore one, HeldOutScore other, bool byLoss) => byLoss || Treatment == Treatment.Best
        ? (one.LogLoss, -one.Accuracy).CompareTo((other.LogLoss, -other.Accuracy)) < 0
        : (-one.Accuracy, one.LogLoss).CompareTo((-other.Accuracy, other.LogLoss)) < 0;

    private ResultRow Row(string method, Choice choice, bool jointHead) =>
        Row(method, Text(choice.Model.Rate), choice.HeldOut, choice.Model.Test(jointHead), choice.Model.Seconds);

    private ResultRow Row(string method, string rate, HeldOutScore heldOut, Prediction test, double seconds) =>
        new(Key with { Method = method }, rate, test.Accuracy, test.LogLoss, heldOut.Accuracy, heldOut.LogLoss, test.RareAuc, seconds);

    private ResultRow Diverged(string method) => new(Key with { Method = method }, "diverged", double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, 0);

    private static string Text(double rate) => rate.ToString(CultureInfo.InvariantCulture);

    private sealed record Choice(FittedModel Model, HeldOutScore HeldOut);

    /// <summary>How good a model is on rows that it did not learn from.</summary>
    private sealed record HeldOutScore(double Accuracy, double LogLoss)
    {
        public static readonly HeldOutScore None = new(double.NaN, double.NaN);

        public static HeldOutScore Of(Prediction prediction) => new(prediction.Accuracy, prediction.LogLoss);
    }
}
