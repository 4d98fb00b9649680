namespace GBlend.MLNet;

/// <summary>What a <see cref="BalanceStrategy"/> wants of the training. Each costs something, so ask for no more than is used.</summary>
[Flags]
public enum StrategyNeeds
{
    /// <summary>Nothing: a joint network without heads of single modalities.</summary>
    None = 0,

    /// <summary>A head for every modality. Free, but for its few parameters.</summary>
    Heads = 1,

    /// <summary><see cref="StepView.Losses"/>. A number from the device per branch and step.</summary>
    Losses = 2,

    /// <summary><see cref="StepView.TrueScores"/>. Three small operations per head and step.</summary>
    TrueScores = 4,

    /// <summary><see cref="BalanceStrategy.Combine"/> is called. A second backward pass: 1.67 times naive joint training.</summary>
    BothGradients = 8,

    /// <summary><see cref="BalanceStrategy.ExtraLoss"/> is called. What the extra loss costs.</summary>
    ExtraLoss = 16,

    /// <summary>
    /// Networks of single modalities are trained before the first epoch, as long as the run is, so that
    /// <see cref="EpochView.UniModalScores"/>, <see cref="EpochView.StartFromUniModalEncoders"/> and <see cref="BatchView.TeacherFeature"/>
    /// can be used. The cost of one more training.
    /// </summary>
    UniModalRuns = 32,

    /// <summary>Held-out rows: options without any are refused.</summary>
    HeldOutRows = 64,
}
