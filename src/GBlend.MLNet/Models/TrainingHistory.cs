namespace GBlend.MLNet;

/// <summary>What happened while a model was trained: plain records that can be printed, saved and plotted.</summary>
/// <param name="Branches">The modalities' columns in their order, then <c>Joint</c>; branches the network has not are left out.</param>
/// <param name="Epochs">One per epoch.</param>
/// <param name="Estimates">One per estimate of the blending weights, in order; empty unless the blending is offline or online.</param>
/// <param name="Answer">How the answer is made, in words, for example <c>joint head</c> or <c>pool: Image 0.56, Audio 0.40, Joint 0.56</c>.</param>
/// <param name="HeldOutLoss">
/// The mean loss of that answer on the held-out rows: what to compare models by. A pool was fitted on these rows, so that its loss is
/// a little too good. <see langword="null"/> without held-out rows.
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
    /// <summary>The name of the joint branch in <see cref="Branches"/> and, behind <c>Score.</c>, of its score column.</summary>
    public const string JointBranch = BranchNames.Joint;

    /// <summary>The name of the joint branch that reads the features of encoders without teaching them, in fits of two networks (<see cref="Blending.Auto"/>).</summary>
    public const string DetachedJointBranch = BranchNames.DetachedJoint;

    /// <summary>The seed of the training, which repeats it on the same rows with the same options.</summary>
    public int Seed { get; init; }

    /// <summary>The rows that were trained on.</summary>
    public int TrainingRows { get; init; }

    /// <summary>The rows that were held out.</summary>
    public int HeldOutRows { get; init; }
}

/// <summary>One epoch. Losses are means per row in evaluation mode after the epoch, in the order of <see cref="TrainingHistory.Branches"/>.</summary>
/// <param name="Epoch">Counted from zero.</param>
/// <param name="LearningRate">The rate of this epoch.</param>
/// <param name="Weights">The weights of the branches' losses in this epoch; those of blendings of one network sum to one.</param>
/// <param name="TrainLoss">Per branch, on a fixed sample of 256 training rows.</param>
/// <param name="HeldOutLoss">Per branch, on all held-out rows; empty without held-out rows.</param>
public sealed record EpochRecord(int Epoch, double LearningRate, IReadOnlyList<double> Weights, IReadOnlyList<double> TrainLoss, IReadOnlyList<double> HeldOutLoss);

/// <summary>A report of a training that is under way.</summary>
/// <param name="Phase">What is being done.</param>
/// <param name="Epoch">The epochs of the network finished so far.</param>
/// <param name="NumberOfEpochs">The epochs of the run.</param>
/// <param name="Fraction">The share of all training work that is done, trial trainings included, in [0, 1].</param>
/// <param name="LastEpoch">The record of the epoch just finished; <see langword="null"/> within an estimate.</param>
public sealed record TrainingProgress(TrainingPhase Phase, int Epoch, int NumberOfEpochs, double Fraction, EpochRecord? LastEpoch);

/// <summary>What a training is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Training networks of single modalities that the blending starts from, is taught or ranked by.</summary>
    Preparing,

    /// <summary>Training every branch alone to estimate the blending weights.</summary>
    Estimating,

    /// <summary>Training the network with its blending weights.</summary>
    Training,
}
