namespace GBlend.MLNet;

/// <summary>The answer of a fit: chosen by the settings on the held-out rows, and what it costs there.</summary>
internal sealed class HeldOutAnswer
{
    /// <summary>With fewer rows that have all modalities, the answer to such rows is found on all rows.</summary>
    private const int FewestCompleteRows = 20;

    private readonly Answer _wanted;
    private readonly IReadOnlyList<HeadInfo> _branches;
    private readonly IReadOnlyList<int> _rows;
    private readonly bool _hasSeveralNetworks;
    private readonly TrainingTargets _targets;
    private readonly Loss _loss;
    private readonly CrossFit _crossFit;
    private readonly int[]? _groups;
    private readonly int[]? _has;
    private readonly int _seed, _modalities;

    /// <param name="wanted">How the answer is to be made.</param>
    /// <param name="branches">The heads of all networks.</param>
    /// <param name="hasSeveralNetworks">Whether they are of more than one.</param>
    /// <param name="data">The rows of the fit.</param>
    /// <param name="rows">The held-out rows, by their number in the data view.</param>
    /// <param name="loss">The task's loss.</param>
    /// <param name="seed">The seed of what is random about it.</param>
    internal HeldOutAnswer(
        Answer wanted, IReadOnlyList<HeadInfo> branches, bool hasSeveralNetworks, TrainingRows data, IReadOnlyList<int> rows, Loss loss, int seed)
    {
        (_wanted, _branches, _hasSeveralNetworks, _targets, _rows, _loss) = (wanted, branches, hasSeveralNetworks, data.Targets.Rows(rows), rows, loss);
        _groups = data.Groups is { } groups ? [.. rows.Select(row => groups[row])] : null;
        (_seed, _modalities) = (seed, data.Modalities.Count);
        _has = data.Presence is { } presence ? [.. rows.Select(row => presence.Select((isThere, m) => isThere?[row] == false ? 0 : 1 << m).Sum())] : null;
        _crossFit = new CrossFit(rows.Count, _groups, seed);
    }

    private int All => (1 << _modalities) - 1;

    /// <summary>What the heads predict, with what is true; all of it finite, because a single row would spoil what is fitted on all of them.</summary>
    /// <param name="byBranch">[branch][row x output].</param>
    /// <param name="learned">Which of the heads have ever had weight; only theirs is looked at.</param>
    /// <exception cref="TrainingDivergedException">A prediction is not a finite number; the message says head and row.</exception>
    internal HeldOutPredictions Predictions(double[][] byBranch, IReadOnlyList<bool> learned)
    {
        for (int branch = 0; branch < byBranch.Length; branch++)
        {
            int at = learned[branch] ? Array.FindIndex(byBranch[branch], value => !double.IsFinite(value)) : -1;
            if (at >= 0)
            {
                throw new TrainingDivergedException(
                    $"The head of '{_branches[branch].Name}' predicts no finite number for row {_rows[at / _targets.Outputs]} (counted from 0), "
                    + "which is held out of training. Look for values in that row that are far from those of the others, and mend, clip or remove them.");
            }
        }
        return new(_has is null ? byBranch : [.. byBranch.Select((predictions, b) => Silenced(predictions, _branches[b]))], _targets, _loss);
    }

    /// <summary>A head says nothing of rows that lack what it reads: the same for all classes, or the mean.</summary>
    private double[] Silenced(double[] predictions, HeadInfo head) => head.IsJoint ? predictions
        : [.. predictions.Select((value, at) => CanRead(head, at / _targets.Outputs) ? value : 0)];

    private bool CanRead(HeadInfo head, int row) => _has is null || head.CanRead(modality => (_has[row] >> modality & 1) == 0);

    /// <summary>The held-out rows that have at least some modalities, by their place among all; <see langword="null"/> for all of them.</summary>
    private int[]? RowsWith(int has) => _has is null ? null : [.. Enumerable.Range(0, _rows.Count).Where(row => (_has[row] & has) == has)];

    /// <summary>What the heads predict for rows that lack modalities.</summary>
    /// <param name="heldOut">What they predict for the held-out rows as those are.</param>
    /// <param name="dispensable">The modalities that joint heads can do without: bit i for modality i.</param>
    /// <param name="joints">By a set of modalities what every joint head predicts by these alone, [row x output], in the order of the heads.</param>
    internal IncompleteRows Incomplete(HeldOutPredictions heldOut, int dispensable, Func<int, double[][]> joints) => new(
        has =>
        {
            var predictions = heldOut;
            if (has != All && (All & ~has & ~dispensable) == 0)
            {
                var ofJoints = new Queue<double[]>(joints(has));
                predictions = heldOut with { ByBranch = [.. heldOut.ByBranch.Select((own, b) => _branches[b].IsJoint ? ofJoints.Dequeue() : own)] };
            }
            return RowsWith(has) is { } rows ? predictions.Only(rows) : predictions;
        }, dispensable);

    /// <summary>The answer to complete rows, after an epoch or at the end.</summary>
    /// <param name="heldOut">What the heads predict.</param>
    /// <param name="learned">Which of them have ever had weight.</param>
    /// <param name="warn">Takes what the user should know of the choice.</param>
    internal AnswerRule Choose(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, Action<string> warn) =>
        ChooseOn(Complete(heldOut), learned, warn);

    private AnswerRule ChooseOn(HeldOutPredictions rows, IReadOnlyList<bool> learned, Action<string> warn) =>
        AnswerRule.Choose(_wanted, _branches, rows, learned, _hasSeveralNetworks, warn);

    private HeldOutPredictions Complete(HeldOutPredictions heldOut) =>
        RowsWith(All) is { } complete && heldOut.Only(complete) is var some && some.EffectiveRows >= FewestCompleteRows - 1e-9 ? some : heldOut;

    /// <summary>
    /// The mean loss of a head, not a joint one, on the held-out rows that it can read; <see langword="null"/> without such rows.
    /// </summary>
    /// <param name="head">Which of all heads it is.</param>
    /// <param name="predictions">What it predicts, [row x output].</param>
    internal double? LossOf(int head, double[] predictions)
    {
        bool[] isIt = [.. _branches.Select((_, i) => i == head)];
        var rule = new AnswerRule(false, [.. isIt.Select(it => it ? 1.0 : 0)]);
        var all = Predictions([.. isIt.Select(_ => predictions)], isIt);
        return rule.MeanLoss(_has is null ? all : all.Only([.. Enumerable.Range(0, _rows.Count).Where(row => CanRead(_branches[head], row))]));
    }

    /// <summary>An answer that was judged before, by its losses.</summary>
    /// <exception cref="InvalidDataException">There are not as many losses as held-out rows.</exception>
    internal JudgedAnswer Judged(double[] losses) => losses.Length == _rows.Count ? new(losses, _targets.Weights, _groups)
        : throw new InvalidDataException($"There are {losses.Length} losses of {_rows.Count} held-out rows.");

    /// <summary>What the held-out rows say of the answers of a model.</summary>
    /// <param name="heldOut">What the heads predict.</param>
    /// <param name="incomplete">The same where rows lack modalities; <see langword="null"/> for models that refuse such rows.</param>
    /// <param name="answer">The model's answer.</param>
    /// <param name="coverage">What prediction sets promise; <see langword="null"/> for none.</param>
    /// <param name="warn">Takes what the user should know of it.</param>
    internal Calibration Calibrate(HeldOutPredictions heldOut, IncompleteRows? incomplete, AnswerRule answer, double? coverage, Action<string> warn)
    {
        var calibration = new Calibration { Coverage = coverage };
        if (coverage is { } promised)
        {
            int[] patterns = incomplete is null ? [All] : [.. Enumerable.Range(1, All)];
            calibration = calibration with
            {
                Limits = patterns.Reverse().ToDictionary(has => All & ~has, has => Limit(heldOut, incomplete, answer, has, promised, warn)),
            };
        }
        if (_loss.Task != LearningTask.Multiclass || _targets.Outputs != 2 || heldOut.Rows == 0)
            return calibration;
        double[] yes = [.. OwnAnswers(heldOut, incomplete, answer).Select(given => given[1])];
        bool[] isYes = [.. _targets.Classes!.Select(label => label == 1)];
        return calibration with
        {
            Thresholds = Enum.GetValues<DecisionMetric>().ToDictionary(m => m, m => DecisionThreshold.Choose(m, yes, isYes, _targets.Weights)),
        };
    }

    /// <summary>
    /// What the model's answers cost on held-out rows that they were not fitted or chosen on, each row as it is; <see langword="null"/> without such rows.
    /// </summary>
    internal double? MeanLoss(HeldOutPredictions heldOut, IncompleteRows? incomplete, AnswerRule answer)
    {
        if (heldOut.Rows == 0 || _has is null)
            return Judge(heldOut, answer.Learned)?.Mean;
        double[][] answers = OwnAnswers(heldOut, incomplete, answer);
        return RowWeights.Mean([.. answers.Select((given, row) => heldOut.LossOf(row, given))], _targets.Weights);
    }

    private double Limit(HeldOutPredictions heldOut, IncompleteRows? incomplete, AnswerRule answer, int has, double coverage, Action<string> warn)
    {
        var (answers, rows) = Answers(heldOut, incomplete, answer, has);
        double[]? weights = rows.Targets.Weights;
        double number = weights is null ? answers.Length : RowWeights.EffectiveNumber(weights);
        if (number >= PredictionLimits.FewestRows(coverage) - 1e-9)
            return PredictionLimits.Of(Distances(rows.Targets, answers), coverage, weights);
        string[] names = [.. _branches.Where(b => b.Modality is { } m && (has >> m & 1) == 1).Select(b => $"'{b.Name}'").Distinct()];
        warn($"Prediction sets for rows with {string.Join(", ", names)} and no other modality have everything in them: {answers.Length} held-out rows have "
            + $"these, and PredictionSetCoverage needs at least {PredictionLimits.FewestRows(coverage)}.");
        return _loss.Task == LearningTask.Regression ? double.MaxValue : 1;
    }

    /// <summary>How far the truth of each row is from its answer.</summary>
    private double[] Distances(TrainingTargets targets, double[][] answers) => _loss.Task == LearningTask.Regression
        ? [.. answers.Select((answer, row) => Math.Abs(targets.Values![row] - (answer[0] * _loss.TargetScale + _loss.TargetMean)))]
        : [.. answers.Select((answer, row) => 1 - answer[targets.Classes![row]])];

    /// <summary>The answers to the held-out rows that have at least some modalities, as if they had no others, each fitted and chosen on other rows.</summary>
    private (double[][] Answers, HeldOutPredictions Rows) Answers(HeldOutPredictions heldOut, IncompleteRows? incomplete, AnswerRule answer, int has)
    {
        var rows = has == All ? RowsWith(All) is { } complete ? heldOut.Only(complete) : heldOut : incomplete!.Of(has);
        if (rows.Rows == 0)
            return ([], rows);
        int[]? numbers = RowsWith(has);
        var crossFit = numbers is null ? _crossFit : new CrossFit(numbers.Length, _groups is null ? null : [.. numbers.Select(row => _groups[row])], _seed);
        // What was found on all rows, because too few are complete, is not found again on those few.
        Func<HeldOutPredictions, AnswerRule> choose = has != All ? part => OfPattern(part, incomplete, answer, has)
            : ReferenceEquals(Complete(heldOut), heldOut) && numbers is not null ? _ => answer
            : part => ChooseOn(part, answer.Learned, _ => { });
        return (crossFit.Answers(rows, choose), rows);
    }

    private AnswerRule OfPattern(HeldOutPredictions rows, IncompleteRows? incomplete, AnswerRule answer, int has) =>
        _modalities <= AnswerRule.MostModalitiesForPools
            ? answer.OfPattern(has, _branches, rows, incomplete)
            : answer.WithSingleHeads(_branches, rows, incomplete).Without(_branches, modality => (has >> modality & 1) == 0);

    /// <summary>The answers to all held-out rows, each by what it has.</summary>
    private double[][] OwnAnswers(HeldOutPredictions heldOut, IncompleteRows? incomplete, AnswerRule answer)
    {
        if (_has is null)
            return Answers(heldOut, incomplete, answer, All).Answers;
        var own = new double[_rows.Count][];
        foreach (int has in _has.Distinct())
        {
            double[][] answers = Answers(heldOut, incomplete, answer, has).Answers;
            foreach (var (at, row) in RowsWith(has)!.Index())
            {
                if (_has[row] == has)
                    own[row] = answers[at];
            }
        }
        return own;
    }

    /// <summary>What that answer costs on rows that it has not seen; <see langword="null"/> without held-out rows.</summary>
    /// <remarks>One answer for all rows, to compare epochs by: heads say nothing of rows that lack their modality.</remarks>
    internal JudgedAnswer? Judge(HeldOutPredictions heldOut, IReadOnlyList<bool> learned) =>
        heldOut.Rows == 0 ? null : new(_crossFit.Losses(heldOut, rows => ChooseOn(rows, learned, _ => { })), _targets.Weights, _groups);
}
