using System.Runtime.CompilerServices;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML;

/// <summary>The number that a sweep chooses by: one of any of ML.NET's evaluators, or of a function of yours.</summary>
public sealed class SweepMetric
{
    private readonly Func<MLContext, IDataView, string, double> _evaluate;

    private SweepMetric(string name, SweepTask task, bool isMaximized, Func<MLContext, IDataView, string, double> evaluate) =>
        (Name, Task, IsMaximized, _evaluate) = (name, task, isMaximized, evaluate);

    /// <summary>
    /// The log-loss of multiclass models: the mean negative logarithm of the true class's probability. Smaller is better. It tells trials apart that
    /// have as many rows right.
    /// </summary>
    public static SweepMetric LogLoss { get; } = Multiclass(m => m.LogLoss, maximize: false, "LogLoss");

    /// <summary>The accuracy of multiclass models: the share of rows that are right.</summary>
    public static SweepMetric MicroAccuracy { get; } = Multiclass(m => m.MicroAccuracy, maximize: true, "MicroAccuracy");

    /// <summary>The accuracy of multiclass models by class: the mean over classes of the share of their rows that are right.</summary>
    public static SweepMetric MacroAccuracy { get; } = Multiclass(m => m.MacroAccuracy, maximize: true, "MacroAccuracy");

    /// <summary>The area under the ROC curve of binary models.</summary>
    public static SweepMetric AreaUnderRocCurve { get; } = Binary(m => m.AreaUnderRocCurve, maximize: true, "AreaUnderRocCurve");

    /// <summary>The coefficient of determination of regression models.</summary>
    public static SweepMetric RSquared { get; } = Regression(m => m.RSquared, maximize: true, "RSquared");

    /// <summary>The name of the metric in tables.</summary>
    public string Name { get; }

    /// <summary>The task, which says which catalog's trainer is fitted.</summary>
    public SweepTask Task { get; }

    /// <summary>A value that says whether larger numbers are better.</summary>
    public bool IsMaximized { get; }

    /// <summary>Whether the evaluator throws where the rows lack one of two classes, whichever of its numbers is asked for.</summary>
    internal bool NeedsBothClasses { get; private init; }

    /// <summary>Makes a metric of any number of ML.NET's multiclass evaluator.</summary>
    /// <param name="select">The number, for example <c>m =&gt; m.TopKAccuracy</c>.</param>
    /// <param name="maximize">Whether larger is better.</param>
    /// <param name="name">The metric's name in tables; by default <paramref name="select"/> as it is written.</param>
    public static SweepMetric Multiclass(Func<MulticlassClassificationMetrics, double> select, bool maximize,
        [CallerArgumentExpression(nameof(select))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(select);
        return new(
            Short(name), SweepTask.Multiclass, maximize, (ml, scored, label) => select(ml.MulticlassClassification.Evaluate(scored, labelColumnName: label)));
    }

    /// <summary>Makes a metric of any number of ML.NET's binary evaluator, which needs rows of both classes.</summary>
    /// <param name="select">The number, for example <c>m =&gt; m.F1Score</c>.</param>
    /// <param name="maximize">Whether larger is better.</param>
    /// <param name="name">The metric's name in tables; by default <paramref name="select"/> as it is written.</param>
    public static SweepMetric Binary(Func<CalibratedBinaryClassificationMetrics, double> select, bool maximize,
        [CallerArgumentExpression(nameof(select))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(select);
        return new(Short(name), SweepTask.Binary, maximize, (ml, scored, label) => select(ml.BinaryClassification.Evaluate(scored, labelColumnName: label)))
        {
            NeedsBothClasses = true,
        };
    }

    /// <summary>Makes a metric of any number of ML.NET's regression evaluator.</summary>
    /// <param name="select">The number, for example <c>m =&gt; m.MeanAbsoluteError</c>.</param>
    /// <param name="maximize">Whether larger is better.</param>
    /// <param name="name">The metric's name in tables; by default <paramref name="select"/> as it is written.</param>
    public static SweepMetric Regression(Func<RegressionMetrics, double> select, bool maximize, [CallerArgumentExpression(nameof(select))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(select);
        return new(Short(name), SweepTask.Regression, maximize, (ml, scored, label) => select(ml.Regression.Evaluate(scored, labelColumnName: label)));
    }

    /// <summary>Makes a metric of a function of yours, for several labels for example.</summary>
    /// <param name="name">The metric's name in tables.</param>
    /// <param name="evaluate">
    /// The function from the scored rows to the number; a trial whose number is not finite counts as failed. Several trials may ask at a time.
    /// </param>
    /// <param name="maximize">Whether larger is better.</param>
    /// <param name="task">The task, which says which catalog's trainer is fitted.</param>
    public static SweepMetric Custom(string name, Func<MLContext, IDataView, double> evaluate, bool maximize, SweepTask task = SweepTask.Multiclass)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(evaluate);
        return new(name, task, maximize, (ml, scored, _) => evaluate(ml, scored));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal double Evaluate(MLContext ml, IDataView scored, string label) => _evaluate(ml, scored, label);

    /// <summary><c>m => m.TopKAccuracy</c> is called TopKAccuracy.</summary>
    private static string Short(string expression) => expression[(expression.LastIndexOf('.') + 1)..];
}
