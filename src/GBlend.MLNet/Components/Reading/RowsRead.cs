using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet;

/// <summary>All that one pass over a data view yields.</summary>
/// <param name="Modalities">Per modality the rows; missing values still NaN, and rows that lack the modality zeros.</param>
/// <param name="Presence">See <see cref="TrainingRows.Presence"/>.</param>
/// <param name="Targets">The labels.</param>
/// <param name="Label">What the label column says about the outputs.</param>
/// <param name="Groups">Per row the group of its sampling key; <see langword="null"/> without one.</param>
/// <param name="Flags">Per row whether the hold-out column is set; <see langword="null"/> without one.</param>
/// <param name="Weights">Per row its example weight, above 0; <see langword="null"/> without an example weight column.</param>
/// <param name="Count">The number of rows.</param>
/// <param name="Memory">Where the rows are.</param>
internal sealed record RowsRead(
    IReadOnlyList<RowColumn> Modalities, IReadOnlyList<bool[]?>? Presence, TrainingTargets Targets, LabelInfo Label, int[]? Groups, bool[]? Flags,
    double[]? Weights, int Count, RowMemory Memory)
{
    /// <summary>Reads every row of the view once.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no row, or one with a value that can't be used; the message names the column and the row.
    /// </exception>
    internal static RowsRead Read(IDataView view, Options options, OutputKind kind, ITrainingHost host)
    {
        var memory = options.MemoryBudgetInMegabytes is { } megabytes ? new RowMemory((long)megabytes << 20) : new RowMemory(RowBudget.OfProcess);
        try
        {
            return Read(view, options, kind, host, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private static RowsRead Read(IDataView view, Options options, OutputKind kind, ITrainingHost host, RowMemory memory)
    {
        var schema = view.Schema;
        DataViewSchema.Column[] modalities = [.. options.Modalities.Select(m => schema[m.ColumnName])];
        var label = schema[options.LabelColumnName];
        DataViewSchema.Column? key = options.SamplingKeyColumnName is { } k ? schema[k] : null, flag = options.HoldOutColumnName is { } h ? schema[h] : null;
        DataViewSchema.Column? weight = options.ExampleWeightColumnName is { } w ? schema[w] : null;
        using var cursor = view.GetRowCursor([.. modalities, label, .. Present(key), .. Present(flag), .. Present(weight)]);

        bool mayLack = options.MissingValues.HasFlag(MissingValues.LeaveOutModality);
        ModalityRows[] rows = [
            .. modalities.Select(c => ModalityRows.Create(VectorReader.Create(cursor, c, mayLack), view.GetRowCount(), options.MissingValues, memory))];
        var labels = LabelReader.Create(kind, cursor, label);
        var groups = key is { } keyColumn ? GroupReader.Create(cursor, keyColumn) : null;
        var flags = flag is { } flagColumn ? new FlagReader(cursor, flagColumn) : null;

        var weights = weight is { } weightColumn ? new WeightReader(cursor, weightColumn) : null;

        int count = 0, without = 0;
        long firstWithout = 0;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            // A row of weight 0 is as if it were not there.
            if (weights?.Read(cursor.Position) == false)
                continue;
            bool hasAny = false;
            foreach (var modality in rows)
                hasAny |= modality.Read(cursor.Position);
            if (!hasAny)
            {
                Array.ForEach(rows, modality => modality.TakeBack());
                weights?.TakeBack();
                firstWithout = without++ == 0 ? cursor.Position : firstWithout;
                continue;
            }
            count++;
            labels.Read(cursor.Position);
            groups?.Read();
            flags?.Read();
        }
        if (count == 0 && weights?.LeftOut > 0)
            throw new InvalidOperationException($"All {weights.LeftOut} rows have a weight of 0 in the example weight column "
                + $"'{options.ExampleWeightColumnName}', so that none is left to train on.");
        if (weights?.LeftOut > 0)
            host.Info($"{(weights.LeftOut == 1 ? "1 row has" : $"{weights.LeftOut} rows have")} a weight of 0 in '{options.ExampleWeightColumnName}' and "
                + $"{(weights.LeftOut == 1 ? "is" : "are")} left out.");
        string lacking = $"none of the modalities {string.Join(", ", modalities.Select(m => $"'{m.Name}'"))}";
        if (count == 0 && without > 0)
            throw new InvalidOperationException($"All {without} rows have {lacking}, so that there is nothing to train on. Look at the steps that make them.");
        if (without > 0)
            host.Warning($"{(without == 1 ? "1 row has" : $"{without} rows have")} {lacking} and {(without == 1 ? "is" : "are")} left out; the first is row "
                + $"{firstWithout} (counted from 0).");
        if (count == 0)
            throw new InvalidOperationException("The data view has no rows to train on. Check the source and the filters before the trainer.");
        var (targets, info) = labels.Finish();
        RowColumn[] columns = [.. rows.Select(r => r.Finish())];
        if (memory.HasSpilled)
            host.Info("The rows don't fit in the memory budget; those beyond it are in a temporary file. MemoryBudgetInMegabytes changes the budget.");
        bool[]?[] presence = [.. rows.Select(r => r.Presence)];
        return new(columns, presence.All(p => p is null) ? null : presence, targets, info, groups?.ToArray(), flags?.ToArray(), weights?.ToArray(), count,
            memory);
    }

    private static IEnumerable<DataViewSchema.Column> Present(DataViewSchema.Column? column) => column is { } c ? [c] : [];

    private sealed class FlagReader(DataViewRow row, DataViewSchema.Column column)
    {
        private readonly ValueGetter<bool> _getter = row.GetGetter<bool>(column);
        private readonly List<bool> _flags = [];

        internal void Read()
        {
            bool value = false;
            _getter(ref value);
            _flags.Add(value);
        }

        internal bool[] ToArray() => [.. _flags];
    }
}
