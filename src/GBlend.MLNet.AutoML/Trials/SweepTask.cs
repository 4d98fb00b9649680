namespace GBlend.MLNet.AutoML;

/// <summary>The catalogs whose trainers a sweep fits.</summary>
public enum SweepTask
{
    /// <summary>Classes or several labels: <c>ml.MulticlassClassification.Trainers.GradientBlending</c>.</summary>
    Multiclass,

    /// <summary>Two classes: <c>ml.BinaryClassification.Trainers.GradientBlending</c>.</summary>
    Binary,

    /// <summary>Numbers: <c>ml.Regression.Trainers.GradientBlending</c>.</summary>
    Regression,
}
