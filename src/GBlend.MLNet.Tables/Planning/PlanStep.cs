using Microsoft.ML;

namespace GBlend.MLNet.Tables;

/// <summary>A step of a pipeline, as the estimator and as the C# that makes it: both are written in one place, so that they say the same.</summary>
/// <param name="Code">The expression that makes the estimator from a context <c>ml</c>.</param>
/// <param name="Estimator">The estimator.</param>
internal sealed record PlanStep(string Code, IEstimator<ITransformer> Estimator)
{
    /// <summary>
    /// What takes the place of the estimator in the finished model, where rows that it would leave out are to be scored; <see langword="null"/> for
    /// steps that leave out none.
    /// </summary>
    internal IEstimator<ITransformer>? Scoring { get; init; }
}
