namespace GBlend.MLNet.AutoML;

/// <summary>Which catalog's trainer a sweep fits.</summary>
public enum SweepTask
{
    /// <summary><c>ml.MulticlassClassification.Trainers.GradientBlending</c>, which multi-label is part of.</summary>
    Multiclass,

    /// <summary><c>ml.BinaryClassification.Trainers.GradientBlending</c>.</summary>
    Binary,

    /// <summary><c>ml.Regression.Trainers.GradientBlending</c>.</summary>
    Regression,
}
