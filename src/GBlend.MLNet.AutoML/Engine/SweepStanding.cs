namespace GBlend.MLNet.AutoML;

/// <summary>The state that a trial had reached when progress was reported. It does not change when the trial goes on.</summary>
/// <param name="Trial">The trial.</param>
/// <param name="Metric">
/// The metric that it is compared by: that of its first seed, or the mean of all seeds once every finalist has them; a mean over folds.
/// </param>
/// <param name="Epochs">The epochs of training after which the metric was measured.</param>
/// <param name="Seeds">The number of seeds that the metric is a mean of.</param>
public sealed record SweepStanding(SweepTrial Trial, double Metric, int Epochs, int Seeds);
