namespace GBlend.MLNet;

/// <summary>The answer of a fit: chosen by the settings on the held-out rows, and what it costs there.</summary>
internal sealed class HeldOutAnswer
{
    private readonly Answer _wanted;
    private readonly IReadOnlyList<HeadInfo> _branches;
    private readonly IReadOnlyList<int> _rows;
    private readonly bool _hasSeveralNetworks;
    private readonly TrainingTargets _targets;
    private readonly Loss _loss;
    private readonly CrossFit _crossFit;
    private readonly int[]? _groups;

    /// <param name="wanted">How the answer is to be made.</param>
    /// <param name="branches">The heads of all networks.</param>
    /// <param name="hasSeveralNetworks">Whether they are of more than one.</param>
    /// <param name="targets">The labels of all rows.</param>
    /// <param name="rows">The held-out rows, by their number in the data view.</param>
    /// <param name="groups">Which held-out rows belong together; <see langword="null"/> when nothing says so.</param>
    /// <param name="loss">The task's loss.</param>
    /// <param name="seed">The seed of what is random about it.</param>
    internal HeldOutAnswer(Answer wanted, IReadOnlyList<HeadInfo> branches, bool hasSeveralNetworks, TrainingTargets targets, IReadOnlyList<int> rows,
        IReadOnlyList<int>? groups, Loss loss, int seed)
    {
        (_wanted, _branches, _hasSeveralNetworks, _targets, _rows, _loss) = (wanted, branches, hasSeveralNetworks, targets.Rows(rows), rows, loss);
        _groups = groups is null ? null : [.. groups];
        _crossFit = new CrossFit(rows.Count, groups, seed);
    }

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
        return new(byBranch, _targets, _loss);
    }

    /// <summary>The answer after an epoch or at the end.</summary>
    /// <param name="heldOut">What the heads predict.</param>
    /// <param name="learned">Which of them have ever had weight.</param>
    /// <param name="warn">Takes what the user should know of the choice.</param>
    internal AnswerRule Choose(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, Action<string> warn) =>
        AnswerRule.Choose(_wanted, _branches, heldOut, learned, _hasSeveralNetworks, warn);

    /// <summary>The mean loss of one head on the held-out rows; <see langword="null"/> without held-out rows.</summary>
    /// <param name="head">Which of all heads it is.</param>
    /// <param name="predictions">What it predicts, [row x output].</param>
    internal double? LossOf(int head, double[] predictions)
    {
        bool[] isIt = [.. _branches.Select((_, i) => i == head)];
        var rule = new AnswerRule(false, [.. isIt.Select(it => it ? 1.0 : 0)]);
        return rule.MeanLoss(Predictions([.. isIt.Select(it => it ? predictions : [])], isIt));
    }

    /// <summary>An answer that was judged before, by its losses.</summary>
    /// <exception cref="InvalidDataException">There are not as many losses as held-out rows.</exception>
    internal JudgedAnswer Judged(double[] losses) => losses.Length == _rows.Count ? new(losses, _targets.Weights, _groups)
        : throw new InvalidDataException($"There are {losses.Length} losses of {_rows.Count} held-out rows.");

    /// <summary>What the held-out rows say of the answers of a model.</summary>
    /// <param name="heldOut">What the heads predict.</param>
    /// <param name="learned">Which of them have ever had weight.</param>
    /// <param name="settings">Whether rows may lack modalities, and what coverage prediction sets promise.</param>
    internal Calibration Calibrate(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, TrainingSettings settings)
    {
        var calibration = new Calibration { Coverage = settings.PredictionSetCoverage };
        if (settings.PredictionSetCoverage is { } coverage)
        {
            int[] patterns = settings.LeavesOutMissing ? [.. Enumerable.Range(0, (1 << settings.Modalities.Count) - 1)] : [0];
            calibration = calibration with
            {
                Limits = patterns.ToDictionary(lacks => lacks, lacks => PredictionLimits.Of(Distances(heldOut, learned, lacks), coverage, _targets.Weights)),
            };
        }
        if (_loss.Task != LearningTask.Multiclass || _targets.Outputs != 2 || heldOut.Rows == 0)
            return calibration;
        double[] yes = [.. Answers(heldOut, learned, lacks: 0).Select(answer => answer[1])];
        bool[] isYes = [.. _targets.Classes!.Select(label => label == 1)];
        return calibration with
        {
            Thresholds = Enum.GetValues<DecisionMetric>().ToDictionary(m => m, m => DecisionThreshold.Choose(m, yes, isYes, _targets.Weights)),
        };
    }

    /// <summary>How far the truth of each held-out row is from the answer without the modalities that it lacks.</summary>
    private double[] Distances(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, int lacks)
    {
        double[][] answers = Answers(heldOut, learned, lacks);
        return _loss.Task == LearningTask.Regression
            ? [.. answers.Select((answer, row) => Math.Abs(_targets.Values![row] - (answer[0] * _loss.TargetScale + _loss.TargetMean)))]
            : [.. answers.Select((answer, row) => 1 - answer[_targets.Classes![row]])];
    }

    /// <summary>The answers to rows that lack some modalities, each chosen on other rows.</summary>
    private double[][] Answers(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, int lacks) => _crossFit.Answers(heldOut, rows =>
    {
        var whole = Choose(rows, learned, _ => { });
        return lacks == 0 ? whole : whole.WithSingleHeads(_branches, rows).Without(_branches, modality => (lacks >> modality & 1) == 1);
    });

    /// <summary>What that answer costs on rows that it has not seen; <see langword="null"/> without held-out rows.</summary>
    internal JudgedAnswer? Judge(HeldOutPredictions heldOut, IReadOnlyList<bool> learned) =>
        heldOut.Rows == 0 ? null : new(_crossFit.Losses(heldOut, rows => Choose(rows, learned, _ => { })), _targets.Weights, _groups);
}
