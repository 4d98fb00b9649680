using System.Runtime.CompilerServices;
using GBlend.MLNet;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Makes <see cref="GradientBlendingTrainer"/>s from the catalogs of an <see cref="MLContext"/>.</summary>
public static class GradientBlendingCatalogExtensions
{
    /// <summary>Trains a multi-modal network for classes, or for several labels at once, with Gradient Blending.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
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
    /// Trains a multi-modal network for the classes of the column <c>Label</c> (or for several labels at once, where it is a vector) with Gradient
    /// Blending, with default settings and encoders.
    /// </summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more. The label is none of them.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>Trains a multi-modal network for classes, or for several labels at once, with Gradient Blending, with default settings and encoders.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more.</param>
    /// <param name="labelColumnName">The label: a key, a bool or a whole number (classes), or a vector of 0 and 1 or of bools (multi-label).</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog, string[] modalityColumnNames, string labelColumnName) =>
        catalog.GradientBlending(Defaults(modalityColumnNames, labelColumnName));

    /// <summary>Trains a multi-modal network that answers yes or no with Gradient Blending.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
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

    /// <summary>Trains a multi-modal network that predicts the yes or no of the column <c>Label</c> with Gradient Blending, with default settings and encoders.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more. The label is none of them.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>Trains a multi-modal network that predicts the yes or no of a column with Gradient Blending, with default settings and encoders.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more.</param>
    /// <param name="labelColumnName">The label: a bool.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this BinaryClassificationCatalog.BinaryClassificationTrainers catalog, string[] modalityColumnNames, string labelColumnName) =>
        catalog.GradientBlending(Defaults(modalityColumnNames, labelColumnName));

    /// <summary>Trains a multi-modal network that predicts a number with Gradient Blending.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
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

    /// <summary>Trains a multi-modal network that predicts the number of the column <c>Label</c> with Gradient Blending, with default settings and encoders.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more. The label is none of them.</param>
    /// <returns>The trainer. Its columns are checked when it is fitted.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static GradientBlendingTrainer GradientBlending(
        this RegressionCatalog.RegressionTrainers catalog, params string[] modalityColumnNames) =>
        catalog.GradientBlending(modalityColumnNames, DefaultColumnNames.Label);

    /// <summary>Trains a multi-modal network that predicts the number of a column with Gradient Blending, with default settings and encoders.</summary>
    /// <param name="catalog">The catalog's trainers.</param>
    /// <param name="modalityColumnNames">The modalities: numeric vector columns of known size, one or more.</param>
    /// <param name="labelColumnName">The label: a number.</param>
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
