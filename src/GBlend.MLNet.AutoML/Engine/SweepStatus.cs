namespace GBlend.MLNet.AutoML;

/// <summary>How a trial ended.</summary>
public enum SweepStatus
{
    /// <summary>Trained to the end.</summary>
    Completed,

    /// <summary>Stopped early, because others were better after as many epochs, or because the budget ended.</summary>
    Stopped,

    /// <summary>Ended by an exception.</summary>
    Failed,
}
