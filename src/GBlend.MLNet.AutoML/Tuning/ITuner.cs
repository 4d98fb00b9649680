namespace GBlend.MLNet.AutoML;

/// <summary>Says what to try next. The same trial, seed and observations give the same point, so that a sweep can be played back.</summary>
internal interface ITuner
{
    /// <param name="trial">The number of the trial, which sets the tuner's random numbers.</param>
    /// <param name="attempt">0, and higher when the points of earlier attempts could not be tried.</param>
    /// <param name="observations">In the order of the trials.</param>
    /// <returns>A point of the unit cube; one that was tried or that the space does not accept leads to another attempt.</returns>
    double[] Propose(int trial, int attempt, IReadOnlyList<Observation> observations);
}
