using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A label of one number per row, for regression.</summary>
internal sealed class NumberLabelReader(DataViewRow row, DataViewSchema.Column label) : LabelReader(label.Name)
{
    /// <summary>
    /// A prediction may miss its label by many times its size and must still be a float. Labels are standardized, so that smaller ones do no harm.
    /// </summary>
    private const float TooLarge = float.MaxValue / 256;

    private readonly VectorReader _reader = VectorReader.Create(row, label);
    private readonly List<float> _values = [];

    internal override void Read(long position)
    {
        float value = 0;
        _reader.Read(new Span<float>(ref value));
        if (float.IsNaN(value))
            throw Missing(position);
        if (!float.IsFinite(value))
            throw Wrong(position, "an infinite value (or one beyond the range of float)",
                "Correct it, remove the row before the trainer, or divide all labels by a number.");
        if (Math.Abs(value) >= TooLarge)
            throw Wrong(position, FormattableString.Invariant($"the value {value}, next to which predictions would be beyond the range of float"),
                "If it stands for a missing label, remove the row before the trainer, else divide all labels by a number.");
        _values.Add(value);
    }

    internal override (TrainingTargets, LabelInfo) Finish() =>
        (new(LearningTask.Regression, 1, null, [.. _values]), LabelInfo.OfNumber(Column));
}

/// <summary>A label of several yes-or-no answers per row.</summary>
internal abstract class MultiLabelReader(DataViewSchema.Column label) : LabelReader(label.Name)
{
    private readonly FloatRows _rows = new(label.Name, label.Type.GetVectorSize(), null);

    internal override void Read(long position) => Read(_rows.Add(), position);

    protected abstract void Read(Span<float> row, long position);

    internal override (TrainingTargets, LabelInfo) Finish()
    {
        int labels = label.Type.GetVectorSize();
        return (new(LearningTask.MultiLabel, labels, null, _rows.HandOver()), LabelInfo.OfLabels(Column, labels, Names()));
    }

    private string[]? Names()
    {
        if (!label.HasSlotNames(label.Type.GetVectorSize()))
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        label.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(n => n.ToString())];
    }
}

/// <summary>Several answers as numbers 0 and 1.</summary>
internal sealed class VectorLabelReader(DataViewRow row, DataViewSchema.Column label) : MultiLabelReader(label)
{
    private readonly VectorReader _reader = VectorReader.Create(row, label);

    protected override void Read(Span<float> row, long position)
    {
        _reader.Read(row);
        foreach (float value in row)
        {
            if (float.IsNaN(value))
                throw Missing(position);
            if (value is not (0 or 1))
                throw Wrong(position, FormattableString.Invariant($"the value {value}"),
                    "A vector label says which of several labels a row has, by 0 and 1 alone; for one class a row, take a single value.");
        }
    }
}

/// <summary>Several answers as bools.</summary>
internal sealed class BoolVectorLabelReader(DataViewRow row, DataViewSchema.Column label) : MultiLabelReader(label)
{
    private readonly ValueGetter<VBuffer<bool>> _getter = row.GetGetter<VBuffer<bool>>(label);
    private VBuffer<bool> _buffer;

    protected override void Read(Span<float> row, long position)
    {
        _getter(ref _buffer);
        if (_buffer.Length != row.Length)
            throw Wrong(position, $"{_buffer.Length} items instead of the {row.Length} of its type", "Correct the size in the schema or the row.");
        foreach (var item in _buffer.Items(all: true))
            row[item.Key] = item.Value ? 1 : 0;
    }
}
