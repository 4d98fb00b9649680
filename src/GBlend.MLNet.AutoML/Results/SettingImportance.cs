namespace GBlend.MLNet.AutoML;

/// <summary>How much a setting mattered in a sweep.</summary>
/// <param name="Setting">Its <see cref="SweepSetting.Name"/>.</param>
/// <param name="Importance">
/// By how much the share that is explained (<see cref="SweepImportance.Explained"/>) falls when this setting is shuffled among the trials; about 0
/// for one that does not matter, and below 0 by chance.
/// </param>
/// <param name="Effects">What trials with certain values got.</param>
public sealed record SettingImportance(string Setting, double Importance, IReadOnlyList<SettingEffect> Effects);

/// <summary>What trials with a value got.</summary>
/// <param name="Value">The value, or the third of a range.</param>
/// <param name="Trials">How many trials had it.</param>
/// <param name="MedianMetric">The median of their metric.</param>
public sealed record SettingEffect(string Value, int Trials, double MedianMetric);
