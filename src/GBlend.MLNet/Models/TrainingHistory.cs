using System.Globalization;

namespace GBlend.MLNet;

/// <summary>The history of a training: plain records of what happened, which can be printed, saved and plotted.</summary>
/// <param name="Branches">
/// The names of the branches: the modalities' columns in their order, then <see cref="JointBranch"/>; in fits of two networks
/// <see cref="DetachedJointBranch"/> comes before it. Branches that the network does not have are left out.
/// </param>
/// <param name="Epochs">The records of the epochs, in order.</param>
/// <param name="Estimates">
/// The estimates of the blending weights, in order. There are none unless the blending is <see cref="Blending.Offline"/>,
/// <see cref="Blending.Online"/> or a strategy that calls <see cref="EpochView.Estimate"/>.
/// </param>
/// <param name="Answer">The way in which the answer is made, in words, for example <c>joint head</c> or <c>pool Image 0.56, Audio 0.40, Joint 0.56</c>.</param>
/// <param name="HeldOutLoss">
/// The mean loss of that answer on the held-out rows, by which models can be compared. An answer that is fitted or chosen on these rows (a pool,
/// the best head) is judged fairly: in five parts, each by an answer that was fitted or chosen on the other four. It is <see langword="null"/> when
/// no rows were held out.
/// </param>
/// <param name="SelectedEpoch">The epoch whose weights the model has, counted from zero.</param>
public sealed record TrainingHistory(
    IReadOnlyList<string> Branches,
    IReadOnlyList<EpochRecord> Epochs,
    IReadOnlyList<BlendingEstimate> Estimates,
    string Answer,
    double? HeldOutLoss,
    int SelectedEpoch)
{
    /// <summary>The name of the joint branch in <see cref="Branches"/>. The branch's score column has this name after <c>Score.</c>.</summary>
    public const string JointBranch = BranchNames.Joint;

    /// <summary>
    /// The name of the second joint branch in fits of two networks (<see cref="Blending.Auto"/>), which reads the features of encoders without
    /// teaching them.
    /// </summary>
    public const string DetachedJointBranch = BranchNames.DetachedJoint;

    /// <summary>The seed of the training. The same seed repeats the training on the same rows with the same options.</summary>
    public int Seed { get; init; }

    /// <summary>The number of rows that the model was trained on. In cross-fitted models every row is trained on by most of the folds.</summary>
    public int TrainingRows { get; init; }

    /// <summary>
    /// The number of rows that were held out of training. In cross-fitted models it is the number of rows that are held out by some fold, mostly all.
    /// </summary>
    public int HeldOutRows { get; init; }

    /// <summary>
    /// The histories of the folds of a cross-fitted model, in order; empty where rows were held out once. The records in <see cref="Epochs"/> are then
    /// means over the folds, held-out losses over all rows, and <see cref="Estimates"/> are those of all folds.
    /// </summary>
    public IReadOnlyList<FoldHistory> Folds { get; init; } = [];

    /// <summary>The members of the pool that are no branches of a network (<see cref="GradientBlendingTrainer.Options.Members"/>), in order.</summary>
    public IReadOnlyList<MemberHistory> Members { get; init; } = [];

    /// <summary>The names of all that the answer may hear: the branches and, behind them, the members.</summary>
    internal IReadOnlyList<string> Heads => [.. Branches, .. Members.Select(member => member.Name)];
}

/// <summary>The facts of a member of the pool (<see cref="GradientBlendingTrainer.Options.Members"/>).</summary>
/// <param name="Name">The name of the member.</param>
/// <param name="ColumnNames">The modality columns that it reads.</param>
/// <param name="HeldOutLoss">
/// Its mean loss on the held-out rows (in cross-fitted models, on all rows by the folds that did not learn from them), comparable with those of the branches;
/// <see langword="null"/> when no rows were held out.
/// </param>
public sealed record MemberHistory(string Name, IReadOnlyList<string> ColumnNames, double? HeldOutLoss)
{
    /// <summary>Describes the member in one line for people, in the invariant culture.</summary>
    /// <returns>The line, for example <c>Member LightGBM of Numbers, Text: held-out loss 0.545</c>.</returns>
    public override string ToString() => $"Member {Name} of {string.Join(", ", ColumnNames)}"
        + (HeldOutLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $": held-out loss {loss:0.000}") : "");
}

/// <summary>The history of one fold of a cross-fitted model (<see cref="Blending.Folds"/>).</summary>
/// <param name="TrainingRows">The number of rows that the fold's networks were trained on.</param>
/// <param name="HeldOutRows">The number of rows that were held out of their training, on which no other fold's networks were measured.</param>
/// <param name="Epochs">The records of the epochs, in order, with losses on the fold's own rows.</param>
/// <param name="Estimates">The estimates of the blending weights, in order.</param>
public sealed record FoldHistory(int TrainingRows, int HeldOutRows, IReadOnlyList<EpochRecord> Epochs, IReadOnlyList<BlendingEstimate> Estimates);

/// <summary>
/// The record of one epoch. Its lists have one value per branch in the order of <see cref="TrainingHistory.Branches"/>. Losses are means per row
/// in evaluation mode after the epoch.
/// </summary>
/// <param name="Epoch">The epoch, counted from zero.</param>
/// <param name="LearningRate">The learning rate of this epoch.</param>
/// <param name="Weights">
/// The weights of the branches' losses in this epoch, as the blending planned it. Those of <see cref="Blending.None"/>, <see cref="Blending.Equal"/>,
/// <see cref="Blending.Separate"/>, <see cref="Blending.Fixed"/>, <see cref="Blending.Offline"/> and <see cref="Blending.Online"/> sum to one; other
/// methods give each branch the factor of its loss, mostly 1, so that their weights sum to more.
/// </param>
/// <param name="TrainLoss">The loss of each branch on a fixed sample of at most 256 training rows.</param>
/// <param name="HeldOutLoss">The loss of each branch on all held-out rows; empty when no rows were held out.</param>
public sealed record EpochRecord(
    int Epoch, double LearningRate, IReadOnlyList<double> Weights, IReadOnlyList<double> TrainLoss, IReadOnlyList<double> HeldOutLoss)
{
    /// <summary>
    /// The mean loss on the held-out rows of the answer that the model would give after this epoch, measured like <see cref="TrainingHistory.HeldOutLoss"/>.
    /// Early stopping and <c>FinalWeights</c> compare it; it is <see langword="null"/> when neither needs it, or no rows were held out.
    /// </summary>
    public double? AnswerHeldOutLoss { get; init; }

    /// <summary>Describes the epoch in one line for people, with the numbers in the order of the branches and rounded, in the invariant culture.</summary>
    /// <returns>The line, for example <c>Epoch 3: train loss 0.41, 0.3; held-out loss 0.5, 0.45; weights 0.5, 0.5; learning rate 0.05</c>.</returns>
    public override string ToString() => Describe([]);

    /// <summary>The same with the branches' names.</summary>
    /// <param name="branches">The names; empty for numbers alone.</param>
    internal string Describe(IReadOnlyList<string> branches)
    {
        string List(IReadOnlyList<double> values) => string.Join(", ", values.Select((v, i) => branches.Count > 0 ? $"{branches[i]} {Text(v)}" : Text(v)));
        static string Text(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
        string heldOut = HeldOutLoss.Count > 0 ? $"held-out loss {List(HeldOutLoss)}; " : "", answer = AnswerHeldOutLoss is { } loss
            ? $"the answer's {Text(loss)}; " : "";
        return $"Epoch {Epoch}: train loss {List(TrainLoss)}; {heldOut}{answer}weights {List(Weights)}; learning rate {Text(LearningRate)}";
    }
}

/// <summary>A report of a training that is under way.</summary>
/// <param name="Phase">The phase that the training is in.</param>
/// <param name="EpochsDone">The number of epochs of the network that are finished, from 0 to <paramref name="NumberOfEpochs"/>.</param>
/// <param name="NumberOfEpochs">The number of epochs of the run.</param>
/// <param name="Fraction">The share of all training work that is done, trial trainings included, in [0, 1].</param>
/// <param name="LastEpoch">The record of the epoch that has just ended; <see langword="null"/> in reports within an epoch or an estimate.</param>
public sealed record TrainingProgress(TrainingPhase Phase, int EpochsDone, int NumberOfEpochs, double Fraction, EpochRecord? LastEpoch)
{
    /// <summary>The names of the branches, in the order of the losses and weights of <see cref="LastEpoch"/>. Default empty.</summary>
    public IReadOnlyList<string> Branches { get; init; } = [];

    /// <summary>Describes the report in one line for people, in the invariant culture.</summary>
    /// <returns>The line, for example <c>Training: 12 of 60 epochs, 20.1 % done. Epoch 11: train loss A 0.41, B 0.3; ...</c>.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Phase}: {EpochsDone} of {NumberOfEpochs} epochs, {100 * Fraction:0.#} % done{(LastEpoch is null ? "" : $". {LastEpoch.Describe(Branches)}")}");
}

/// <summary>The phases of a training.</summary>
public enum TrainingPhase
{
    /// <summary>
    /// Networks of single modalities are trained, for blendings that start from their encoders, are taught by them or rank the modalities by them.
    /// </summary>
    Preparing,

    /// <summary>Every branch is trained alone to estimate the blending weights.</summary>
    Estimating,

    /// <summary>The network is trained with its blending weights.</summary>
    Training,
}
