namespace GBlend.MLNet.AutoML;

/// <summary>The ways in which a trial ends.</summary>
public enum SweepStatus
{
    /// <summary>The trial was trained to the end.</summary>
    Completed,

    /// <summary>The trial was stopped early, because others were better after as many epochs, or because the budget ended.</summary>
    Stopped,

    /// <summary>The trial ended with an exception.</summary>
    Failed,
}
