namespace GBlend.MLNet.AutoML;

/// <summary>The reasons why a sweep ends.</summary>
public enum SweepEnd
{
    /// <summary>The rest of the budget pays for no further trial.</summary>
    Budget,

    /// <summary>Every point of the space was tried.</summary>
    SpaceExhausted,

    /// <summary>The caller asked to stop; the results are those so far.</summary>
    Canceled,
}
