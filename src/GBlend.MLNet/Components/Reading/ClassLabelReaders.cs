using System.Globalization;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A label that is one class per row.</summary>
internal abstract class ClassLabelReader(string column) : LabelReader(column)
{
    protected List<long> Classes { get; } = [];

    protected (TrainingTargets, LabelInfo) Finish(LabelInfo info)
    {
        var targets = new TrainingTargets(LearningTask.Multiclass, info.Outputs, [.. Classes], null);
        int present = targets.Classes!.Distinct().Count();
        if (present == 1)
            throw new InvalidOperationException(
                $"The label column '{Column}' has one class only ('{info.NameOf((int)targets.Classes![0])}'). Training needs rows of two or more classes.");
        return (targets, info);
    }
}

/// <summary>A key column: class i is key i + 1, and keys that no row has are classes too.</summary>
internal sealed class KeyLabelReader<T> : ClassLabelReader where T : unmanaged, IBinaryInteger<T>
{
    private readonly ValueGetter<T> _getter;
    private readonly LabelInfo _info;

    public KeyLabelReader(DataViewRow row, DataViewSchema.Column label) : base(label.Name)
    {
        _getter = row.GetGetter<T>(label);
        ulong keys = ((KeyDataViewType)label.Type).Count;
        if (keys > MostClasses)
            throw new InvalidOperationException($"The label column '{Column}' is a key of {keys} values, but at most {MostClasses} classes can be learned. "
                + $"Make its keys with ml.Transforms.Conversion.MapValueToKey, which counts the values that are there.");
        _info = LabelInfo.OfKey(label.Name, typeof(T), (int)keys, KeyValues.Of(label, (int)keys));
    }

    internal override void Read(long position)
    {
        T key = default;
        _getter(ref key);
        ulong value = ulong.CreateTruncating(key);
        if (value == 0)
            throw Missing(position);
        if (value > (ulong)_info.Outputs)
            throw Wrong(position, $"the key {value}, beyond the {_info.Outputs} keys of its type",
                "Make the keys by ml.Transforms.Conversion.MapValueToKey, or correct their number in the schema.");
        Classes.Add((long)value - 1);
    }

    internal override (TrainingTargets, LabelInfo) Finish() => Finish(_info);
}

/// <summary>A bool column: the classes False and True.</summary>
internal sealed class BoolLabelReader(DataViewRow row, DataViewSchema.Column label, bool isBinary) : ClassLabelReader(label.Name)
{
    private readonly ValueGetter<bool> _getter = row.GetGetter<bool>(label);

    internal override void Read(long position)
    {
        bool value = false;
        _getter(ref value);
        Classes.Add(value ? 1 : 0);
    }

    internal override (TrainingTargets, LabelInfo) Finish() =>
        Finish(isBinary ? LabelInfo.OfBinary(Column) : LabelInfo.OfValues(Column, [false, true]));
}

/// <summary>A number column: each value is a class, in ascending order. Values that are not whole are a quantity, not a class.</summary>
internal sealed class ValueLabelReader<T>(DataViewRow row, DataViewSchema.Column label) : ClassLabelReader(label.Name)
    where T : unmanaged, INumber<T>
{
    private const string Remedy =
        " To predict a quantity use ml.Regression.Trainers.GradientBlending; to make classes of such values use ml.Transforms.Conversion.MapValueToKey.";
    private readonly ValueGetter<T> _getter = row.GetGetter<T>(label);
    private readonly Dictionary<T, long> _known = [];

    internal override void Read(long position)
    {
        T value = default;
        _getter(ref value);
        if (T.IsNaN(value))
            throw Missing(position);
        if (!T.IsInteger(value))
            throw Wrong(position, $"the value {value.ToString(null, CultureInfo.InvariantCulture)}, which is not a whole number", Remedy.TrimStart());
        if (!_known.TryGetValue(value, out long number))
            _known.Add(value, number = _known.Count);
        if (_known.Count > MostClasses)
            throw new InvalidOperationException($"The label column '{Column}' has more than {MostClasses} distinct values, too many to be classes.{Remedy}");
        Classes.Add(number);
    }

    internal override (TrainingTargets, LabelInfo) Finish()
    {
        T[] values = [.. _known.Keys.Order()];
        var place = values.Index().ToDictionary(v => _known[v.Item], v => (long)v.Index);
        for (int i = 0; i < Classes.Count; i++)
            Classes[i] = place[Classes[i]];
        return Finish(LabelInfo.OfValues(Column, values));
    }
}
