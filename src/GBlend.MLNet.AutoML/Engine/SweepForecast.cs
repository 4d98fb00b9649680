namespace GBlend.MLNet.AutoML;

/// <summary>
/// Counts the trainings that are still to come: the rest of what goes on now, the brackets that the budget pays for, and the finalists' seeds.
/// </summary>
internal sealed class SweepForecast(SweepPlan plan, long? points)
{
    /// <summary>Trainings up to every stage that have not begun, of the trials that go on now.</summary>
    private readonly int[] _ahead = new int[plan.Stages.Count];
    private int _seeds = plan.Finalists * (plan.SeedsPerFinalist - 1);
    private bool _hasBrackets = true;

    /// <summary>Some trials begin, of which ever fewer go on.</summary>
    internal void BeginBracket(int trials)
    {
        for (int stage = 0; stage < _ahead.Length; stage++)
            _ahead[stage] = plan.Survivors(trials, stage);
    }

    /// <summary>Some trials begin that no stage stops.</summary>
    internal void BeginWhole(int trials) => Array.Fill(_ahead, trials);

    /// <summary>So many trials go on to a stage: all earlier stages are over.</summary>
    internal void BeginStage(int stage, int trials)
    {
        Array.Clear(_ahead, 0, stage);
        _ahead[stage] = trials;
    }

    /// <summary>The brackets are over, and so many further seeds are trained.</summary>
    internal void BeginSeeds(int trainings)
    {
        Array.Clear(_ahead);
        (_hasBrackets, _seeds) = (false, trainings);
    }

    /// <summary>A training up to a stage begins.</summary>
    internal void BeginStep(int stage, int repeat)
    {
        if (repeat > 0)
            _seeds = Math.Max(0, _seeds - 1);
        else
            _ahead[stage] = Math.Max(0, _ahead[stage] - 1);
    }

    /// <summary>Nothing is left to train.</summary>
    internal void End() => BeginSeeds(0);

    /// <summary>The epochs of trainings that have not begun; <see langword="null"/> as long as nothing limits them.</summary>
    /// <param name="epochsLeft">What the budget has left, in epochs; <see langword="null"/> where that is not known.</param>
    /// <param name="begun">The trials that have begun.</param>
    internal long? Epochs(double? epochsLeft, int begun)
    {
        long now = plan.Folds * Enumerable.Range(0, _ahead.Length).Sum(k => (long)_ahead[k] * (plan.Stages[k] - (k > 0 ? plan.Stages[k - 1] : 0)));
        long seeds = (long)plan.Folds * _seeds * plan.FullEpochs;
        if (!_hasBrackets)
            return now + seeds;
        long? trials = new[] { plan.Budget.Trials, points + (plan.TriesGiven ? 1 : 0) }.Min() - begun - _ahead[0];
        return now + seeds + plan.EpochsOfBrackets(epochsLeft - now, trials);
    }
}
