namespace GBlend.MLNet;

/// <summary>The things that a <see cref="BalanceStrategy"/> can need from the training. Each costs something, so ask for no more than is used.</summary>
[Flags]
public enum StrategyNeeds
{
    /// <summary>The strategy needs nothing; the network has a joint branch and no heads of single modalities.</summary>
    None = 0,

    /// <summary>Every modality has a head of its own. It costs nothing but its few parameters.</summary>
    Heads = 1,

    /// <summary>The steps have <see cref="StepView.Losses"/>. The cost is one number from the device per branch and step.</summary>
    Losses = 2,

    /// <summary>The steps have <see cref="StepView.TrueScores"/>. The cost is three small operations per head and step.</summary>
    TrueScores = 4,

    /// <summary>
    /// The training calls <see cref="BalanceStrategy.Combine"/>. The cost is a second backward pass, which makes 1.67 times the time of naive joint
    /// training.
    /// </summary>
    BothGradients = 8,

    /// <summary>The training calls <see cref="BalanceStrategy.ExtraLoss"/>. The cost is that of the extra loss.</summary>
    ExtraLoss = 16,

    /// <summary>
    /// Networks of the single modalities are trained before the first epoch, for as many epochs as the run has, so that
    /// <see cref="EpochView.UniModalScores"/>, <see cref="EpochView.StartFromUniModalEncoders"/> and <see cref="BatchView.TeacherFeature"/>
    /// can be used. The cost is one more training.
    /// </summary>
    UniModalRuns = 32,

    /// <summary>Some rows are held out of training; options that hold out none are refused.</summary>
    HeldOutRows = 64,
}
