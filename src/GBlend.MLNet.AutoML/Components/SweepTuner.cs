namespace GBlend.MLNet.AutoML;

/// <summary>The ways in which a sweep finds the next point to try.</summary>
public enum SweepTuner
{
    /// <summary>A model of which points are good (tree-structured Parzen estimators), after a start with evenly spread points.</summary>
    Model,

    /// <summary>Evenly spread points (a randomized Halton sequence), whatever the results.</summary>
    Spread,

    /// <summary>Independent random points, whatever the results.</summary>
    Random,
}
