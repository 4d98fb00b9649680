namespace GBlend.MLNet;

/// <summary>The answer of a fit: chosen by the settings on the held-out rows, and what it costs there.</summary>
internal sealed class HeldOutAnswer
{
    private readonly Answer _wanted;
    private readonly IReadOnlyList<HeadInfo> _branches;
    private readonly bool _hasSeveralNetworks;
    private readonly TrainingTargets _targets;
    private readonly Loss _loss;
    private readonly CrossFit _crossFit;

    /// <param name="wanted">How the answer is to be made.</param>
    /// <param name="branches">The heads of all networks.</param>
    /// <param name="hasSeveralNetworks">Whether they are of more than one.</param>
    /// <param name="targets">The labels of the held-out rows.</param>
    /// <param name="groups">Which held-out rows belong together; <see langword="null"/> when nothing says so.</param>
    /// <param name="loss">The task's loss.</param>
    /// <param name="seed">The seed of what is random about it.</param>
    internal HeldOutAnswer(Answer wanted, IReadOnlyList<HeadInfo> branches, bool hasSeveralNetworks, TrainingTargets targets, IReadOnlyList<int>? groups, Loss loss, int seed)
    {
        (_wanted, _branches, _hasSeveralNetworks, _targets, _loss) = (wanted, branches, hasSeveralNetworks, targets, loss);
        _crossFit = new CrossFit(Predictions([]).Rows, groups, seed);
    }

    /// <summary>What the heads predict, with what is true.</summary>
    /// <param name="byBranch">[branch][row x output].</param>
    internal HeldOutPredictions Predictions(double[][] byBranch) => new(byBranch, _targets, _loss);

    /// <summary>The answer after an epoch or at the end.</summary>
    /// <param name="heldOut">What the heads predict.</param>
    /// <param name="learned">Which of them have ever had weight.</param>
    /// <param name="warn">Takes what the user should know of the choice.</param>
    internal AnswerRule Choose(HeldOutPredictions heldOut, IReadOnlyList<bool> learned, Action<string> warn) =>
        AnswerRule.Choose(_wanted, _branches, heldOut, learned, _hasSeveralNetworks, warn);

    /// <summary>What that answer costs on rows that it has not seen; <see langword="null"/> without held-out rows.</summary>
    internal double? MeanLoss(HeldOutPredictions heldOut, IReadOnlyList<bool> learned) =>
        heldOut.Rows == 0 ? null : _crossFit.MeanLoss(heldOut, rows => Choose(rows, learned, _ => { }));
}
