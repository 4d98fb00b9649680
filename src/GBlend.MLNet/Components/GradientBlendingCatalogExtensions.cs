using System.Runtime.CompilerServices;
using GBlend.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that make a <see cref="GradientBlendingTrainer"/> from the catalogs of an <see cref="MLContext"/>.</summary>
public static class GradientBlendingCatalogExtensions
{
    /// <summary>
    /// Makes a trainer of a multi-modal network that predicts a class, or several labels at once, and that is trained with Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="options">
    /// The settings; at least <see cref="GradientBlendingTrainer.Options.Modalities"/> must be filled. The label is a key, a bool or a whole
    /// number (classes), or a vector of 0 and 1 or of bools (multi-label).
    /// </param>
    /// <returns>The trainer. Its options are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static GradientBlendingTrainer GradientBlending(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, GradientBlendingTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.GetEnvironment(), options, OutputKind.Multiclass);
    }

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts the class in the column <c>Label</c> (or several
    /// labels at once, where the column is a vector) and that is trained with Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">
    /// The names of the modalities' columns, one or more: numeric vectors of known size. The label is not one of them.
    /// </param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts a class, or several labels at once, and that is
    /// trained with Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">The names of the modalities' columns, one or more: numeric vectors of known size.</param>
    /// <param name="labelColumnName">
    /// The name of the label column: a key, a bool or a whole number (classes), or a vector of 0 and 1 or of bools (multi-label).
    /// </param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string[] modalityColumnNames, string labelColumnName) =>
        catalog.GradientBlending(Defaults(modalityColumnNames, labelColumnName));

    /// <summary>Makes a trainer of a multi-modal network that predicts yes or no and that is trained with Gradient Blending.</summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="options">The settings; at least <see cref="GradientBlendingTrainer.Options.Modalities"/> must be filled. The label is a bool.</param>
    /// <returns>The trainer, whose model gives <c>PredictedLabel</c> (bool), <c>Probability</c> and <c>Score</c> (log-odds).</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static GradientBlendingTrainer GradientBlending(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, GradientBlendingTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.GetEnvironment(), options, OutputKind.Binary);
    }

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts the yes or no in the column <c>Label</c> and that is
    /// trained with Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">
    /// The names of the modalities' columns, one or more: numeric vectors of known size. The label is not one of them.
    /// </param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts the yes or no in a column and that is trained with
    /// Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">The names of the modalities' columns, one or more: numeric vectors of known size.</param>
    /// <param name="labelColumnName">The name of the label column, a bool.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, string[] modalityColumnNames, string labelColumnName) =>
        catalog.GradientBlending(Defaults(modalityColumnNames, labelColumnName));

    /// <summary>Makes a trainer of a multi-modal network that predicts a number and that is trained with Gradient Blending.</summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="options">The settings; at least <see cref="GradientBlendingTrainer.Options.Modalities"/> must be filled. The label is a number.</param>
    /// <returns>The trainer, whose model gives <c>Score</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static GradientBlendingTrainer GradientBlending(
        this RegressionCatalog.RegressionTrainers catalog, GradientBlendingTrainer.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new(catalog.GetEnvironment(), options, OutputKind.Regression);
    }

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts the number in the column <c>Label</c> and that is
    /// trained with Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">
    /// The names of the modalities' columns, one or more: numeric vectors of known size. The label is not one of them.
    /// </param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this RegressionCatalog.RegressionTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>
    /// Makes a trainer with default settings and encoders, of a multi-modal network that predicts the number in a column and that is trained with
    /// Gradient Blending.
    /// </summary>
    /// <param name="catalog">The trainers of the catalog.</param>
    /// <param name="modalityColumnNames">The names of the modalities' columns, one or more: numeric vectors of known size.</param>
    /// <param name="labelColumnName">The name of the label column, a number.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this RegressionCatalog.RegressionTrainers catalog, string[] modalityColumnNames, string labelColumnName) =>
        catalog.GradientBlending(Defaults(modalityColumnNames, labelColumnName));

    private static GradientBlendingTrainer.Options Defaults(string[] modalityColumnNames, string labelColumnName)
    {
        ArgumentNullException.ThrowIfNull(modalityColumnNames);
        ArgumentNullException.ThrowIfNull(labelColumnName);
        var options = new GradientBlendingTrainer.Options { LabelColumnName = labelColumnName };
        foreach (string column in modalityColumnNames)
            options.Modalities.Add(Modality.Vector(column));
        return options;
    }
}
