using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>From a data view to the rows, the label and the modalities of a training.</summary>
/// <param name="Rows">The rows, without missing values.</param>
/// <param name="Label">What the label column says about the outputs.</param>
/// <param name="Modalities">The modalities, with what replaces missing values.</param>
internal sealed record TrainingData(TrainingRows Rows, LabelInfo Label, IReadOnlyList<ModalitySpec> Modalities)
{
    /// <summary>Reads the view, divides its rows into training and held-out rows and imputes missing values.</summary>
    /// <param name="view">With the columns that the options name, already checked.</param>
    /// <param name="options">Already checked.</param>
    /// <param name="kind">What the label makes of the model.</param>
    /// <param name="seed">Decides which rows are held out.</param>
    /// <param name="host">Receives warnings, stops the reading.</param>
    internal static TrainingData Read(IDataView view, Options options, OutputKind kind, int seed, ITrainingHost host)
    {
        ModalitySpec[] specs = [.. options.Modalities.Select(m => Spec(m, view.Schema, host))];
        var read = RowsRead.Read(view, options, kind, host);
        var heldOut = ChooseHeldOut(read, options, new Random(seed));
        if (read.Flags is not null && read.Groups is not null)
            HeldOutChecks.WarnOfSharedGroups(read.Groups, heldOut, options.SamplingKeyColumnName!, host);
        HeldOutChecks.Check(read.Targets, heldOut, read.Label, OptionChecks.WhatNeedsHeldOutRows(options), host);
        if (options.MissingValues == MissingValues.ImputeMean)
            specs = [.. specs.Zip(read.Modalities, (spec, values) => Imputed(spec, values, heldOut))];
        return new(new(read.Modalities, read.Targets, heldOut, read.Groups), read.Label, specs);
    }

    private static ModalitySpec Spec(Modality modality, DataViewSchema schema, ITrainingHost host)
    {
        var spec = new ModalitySpec(modality.ColumnName, VectorReader.Shape(schema[modality.ColumnName].Type), modality.Encoder, null) { IsFrozen = modality.IsFrozen };
        if (modality.PretrainedFrom is { } model)
            return spec with { Start = Pretraining.Start(spec, model) };
        return modality.PretrainedWeights is { } weights ? spec with { Start = Pretraining.Start(spec, weights, modality.IsStrict, host) } : spec;
    }

    private static bool[] ChooseHeldOut(RowsRead read, Options options, Random random) =>
        read.Flags is not null ? HoldOut.ByColumn(read.Flags, options.HoldOutColumnName!)
        : read.Groups is not null ? HoldOut.ByGroups(read.Groups, read.Targets.Classes, options.ValidationFraction, options.SamplingKeyColumnName!, random)
        : HoldOut.ByFraction(read.Targets.Classes, read.Count, options.ValidationFraction, random);

    private static ModalitySpec Imputed(ModalitySpec spec, float[] values, bool[] heldOut)
    {
        var fill = RowValues.TrainingMeans(values, spec.Width, heldOut);
        for (int row = 0; row < heldOut.Length; row++)
            RowValues.Impute(values.AsSpan(row * spec.Width, spec.Width), fill);
        return spec with { Fill = fill };
    }
}
