using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>From a data view to the rows, the label and the modalities of a training.</summary>
/// <param name="Rows">The rows, without missing values.</param>
/// <param name="Label">What the label column says about the outputs.</param>
/// <param name="Modalities">The modalities, with what replaces missing values.</param>
internal sealed record TrainingData(TrainingRows Rows, LabelInfo Label, IReadOnlyList<ModalitySpec> Modalities)
{
    private const double DefaultFraction = 0.1;

    /// <summary>Per row whether the hold-out column is set; <see langword="null"/> without one.</summary>
    internal bool[]? Flags { get; init; }

    /// <summary>The example weights as they were read, without class weights; <see langword="null"/> without an example weight column.</summary>
    internal double[]? ExampleWeights { get; init; }

    /// <summary>Reads the view, divides its rows into training and held-out rows and imputes missing values.</summary>
    /// <param name="view">With the columns that the options name, already checked.</param>
    /// <param name="options">Already checked.</param>
    /// <param name="kind">What the label makes of the model.</param>
    /// <param name="seed">Decides which rows are held out.</param>
    /// <param name="host">Receives warnings, stops the reading.</param>
    internal static TrainingData Read(IDataView view, Options options, OutputKind kind, int seed, ITrainingHost host)
    {
        host.Info(kind.Explain(options.Modalities.Select(m => m.ColumnName), view.Schema[options.LabelColumnName]));
        ModalitySpec[] specs = [.. options.Modalities.Select(m => Spec(m, view.Schema, host))];
        CheckViews(specs);
        var read = RowsRead.Read(view, options, kind, host);
        try
        {
            FarValues.Warn(read.Modalities, [.. specs.Select(s => s.Column)], host);
            FarValues.Warn(read.Targets, options.LabelColumnName, host);
            PresenceChecks.Say(read.Presence, [.. specs.Select(s => s.Column)], read.Count, host);
            specs = WithPlaceholders(specs, options, read.Presence);
            TrainingRows all = new(read.Modalities, read.Targets, new bool[read.Count], read.Groups, read.Memory) { Presence = read.Presence };
            var unweighted = new TrainingData(all, read.Label, specs) { Flags = read.Flags, ExampleWeights = read.Weights };
            var (heldOut, folds) = unweighted.Divide(options, seed, host);
            if (options.MissingValues.HasFlag(MissingValues.ImputeMean))
                specs = [.. specs.Select((spec, m) => read.Modalities[m] is RowColumn<float> floats
                    ? Imputed(spec, floats, heldOut, read.Weights, read.Presence?[m], host) : spec)];
            var weights = RowWeighting.Of(read.Weights, options.ClassWeights, read.Targets, read.Label, heldOut);
            if (weights is not null)
                host.Info(string.Create(CultureInfo.InvariantCulture,
                    $"Rows count by {WhatWeighs(options)}, from {weights.Min():g3} to {weights.Max():g3} times the mean of the training rows."));
            return unweighted with { Rows = unweighted.Rows.Divided(heldOut, folds, weights), Modalities = specs };
        }
        catch
        {
            read.Memory.Dispose();
            throw;
        }
    }

    /// <summary>A modality of the options over a column of the view.</summary>
    internal static ModalitySpec Spec(Modality modality, DataViewSchema schema, ITrainingHost host)
    {
        var type = schema[modality.ColumnName].Type;
        var spec = ModalitySpec.Create(modality.ColumnName, modality.Kind, VectorReader.Shape(type), modality.Encoder, modality.AugmentationSettings) with
        {
            IsFrozen = modality.IsFrozen,
            Dropout = modality.Dropout,
            Item = type.Item().RawType,
        };
        if (modality.Encoder.Scaling is null && type is VectorDataViewType && spec.Item == typeof(byte))
            spec = spec with { Scaling = InputScaling.ForBytes(spec.Kind, spec.Layout.Depth) };
        if (modality.PretrainedFrom is { } source)
            return spec with { Start = source.StartOf(spec) };
        return modality.PretrainedWeights is { } weights ? spec with { Start = Pretraining.Start(spec, weights, modality.IsStrict, host) } : spec;
    }

    /// <summary>The modalities that joint branches must learn to do without have vectors that stand for them.</summary>
    /// <param name="specs">The modalities.</param>
    /// <param name="options">Already checked.</param>
    /// <param name="presence">See <see cref="TrainingRows.Presence"/>.</param>
    internal static ModalitySpec[] WithPlaceholders(IReadOnlyList<ModalitySpec> specs, Options options, IReadOnlyList<bool[]?>? presence) =>
        [.. specs.Select((spec, m) => spec with
        {
            HasPlaceholder = specs.Count > 1 && options.MissingValues.HasFlag(MissingValues.LeaveOutModality)
                && (spec.Dropout > 0 || presence?[m] is not null),
        })];

    private static string WhatWeighs(Options options) => string.Join(" and ",
        new[] { options.ExampleWeightColumnName is { } column ? $"'{column}'" : null, options.ClassWeights is { } classes ? $"class weights ({classes})"
            : null }.OfType<string>());

    /// <summary>Which rows are held out of training: once, or by the fold of each.</summary>
    /// <param name="options">Already checked.</param>
    /// <param name="seed">Decides what is left open.</param>
    /// <param name="host">Receives warnings.</param>
    internal (bool[] HeldOut, int[]? Folds) Divide(Options options, int seed, ITrainingHost host)
    {
        var folds = FoldChoice.Divide(Rows, Modalities, options, seed, host);
        var heldOut = folds is null ? ChooseHeldOut(options, new Random(seed), host) : new bool[Rows.Count];
        if (Flags is not null && Rows.Groups is not null)
            HeldOutChecks.WarnOfSharedGroups(Rows.Groups, heldOut, options.SamplingKeyColumnName!, host);
        HeldOutChecks.Check(Rows.Targets, heldOut, folds, Label, OptionChecks.WhatNeedsHeldOutRows(options), OptionChecks.WhatNeedsEveryClass(options), host);
        if (Rows.Presence is not null)
            PresenceChecks.Check(Rows.Divided(heldOut, folds, null), [.. Modalities.Select(m => m.Column)], Label, options, host);
        return (heldOut, folds);
    }

    private bool[] ChooseHeldOut(Options options, Random random, ITrainingHost host)
    {
        if (Flags is not null)
            return HoldOut.ByColumn(Flags, options.HoldOutColumnName!, options.ExampleWeightColumnName);
        double fraction = options.ValidationFraction ?? DefaultFraction;
        string? need = Rows.Targets.Classes is null ? null : OptionChecks.WhatNeedsEveryClass(options);
        var heldOut = Rows.Groups is null
            ? HoldOut.ByFraction(Rows.Targets.Classes, Rows.Count, fraction, everyClass: need is not null, random)
            : HoldOut.ByGroups(Rows.Groups, Rows.Targets.Classes, fraction, everyClass: need is not null, options.SamplingKeyColumnName!, random);
        HeldOutChecks.SayShare(heldOut, fraction, Rows.Groups is null ? null : options.SamplingKeyColumnName, need, host);
        return heldOut;
    }

    private static ModalitySpec Imputed(
        ModalitySpec spec, RowColumn<float> rows, bool[] heldOut, double[]? weights, bool[]? isThere, ITrainingHost host)
    {
        var (fill, without) = RowValues.TrainingMeans(rows, heldOut, weights, isThere);
        if (without.Count > 0)
            host.Warning(
                $"The column '{spec.Column}' has no value in any training row in {(without.Count == 1 ? "slot" : $"{without.Count} slots, the first")} "
                + $"{without[0]} (counted from 0): there 0 is put in place of missing values. Leave such slots out, or fill them before the trainer.");
        var buffer = new float[rows.Width];
        for (int row = 0; row < heldOut.Length; row++)
        {
            var values = rows.Get(row, buffer);
            if (RowValues.HasMissing(values))
            {
                RowValues.Impute(values, fill);
                rows.Set(row, values);
            }
        }
        return spec with { Fill = fill };
    }

    /// <exception cref="ArgumentException">Two modalities have several views, or crops when scoring, but not as many.</exception>
    private static void CheckViews(ModalitySpec[] specs)
    {
        Check(s => s.Layout.Views, "views per row (the first dimension of their columns' types)");
        Check(s => s.Layout.ScoringCrops, "crops when scoring");

        void Check(Func<ModalitySpec, int> number, string what)
        {
            var several = specs.Where(s => number(s) > 1).DistinctBy(number).ToArray();
            if (several.Length > 1)
                throw new ArgumentException($"'{several[0].Column}' has {number(several[0])} {what} and '{several[1].Column}' {number(several[1])}, but they "
                    + $"are taken together. Give all modalities one, or the same number.", nameof(Options.Modalities));
        }
    }
}
