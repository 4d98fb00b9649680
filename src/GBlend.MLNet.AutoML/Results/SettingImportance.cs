namespace GBlend.MLNet.AutoML;

/// <summary>The importance of one setting in a sweep.</summary>
/// <param name="Setting">The <see cref="SweepSetting.Name"/> of the setting.</param>
/// <param name="Importance">
/// The amount by which the share that is explained (<see cref="SweepImportance.Explained"/>) falls when this setting is shuffled among the trials; about 0
/// for one that does not matter, and below 0 by chance.
/// </param>
/// <param name="Effects">The results of the trials, by values of the setting.</param>
public sealed record SettingImportance(string Setting, double Importance, IReadOnlyList<SettingEffect> Effects);

/// <summary>The results of the trials that had a value of a setting.</summary>
/// <param name="Value">The value, or the third of a range; several, where a range depends on the optimizer.</param>
/// <param name="Trials">The number of trials that had the value.</param>
/// <param name="MedianMetric">The median of their metric.</param>
public sealed record SettingEffect(string Value, int Trials, double MedianMetric);
