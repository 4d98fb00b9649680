using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports;

/// <summary>Reads the label of rows for what a model predicts.</summary>
internal abstract class TruthReader
{
    /// <summary>Reads the label of the current row.</summary>
    /// <returns>Whether it has one that the model can know.</returns>
    internal abstract bool Read();

    /// <summary>What was read of all rows that have one.</summary>
    internal abstract Measure Finish();

    internal static TruthReader Create(ScoreKind kind, DataViewRow row, DataViewSchema.Column label, IReadOnlyList<string> names) => kind switch
    {
        ScoreKind.Number => new OfNumber(row, label),
        ScoreKind.Labels => label.Type.Item() is BooleanDataViewType ? new OfBools(row, label) : new OfNumbers(row, label),
        _ when label.Type is KeyDataViewType => new OfKey(row, label, names.Count),
        _ => new OfValue(row, label, names),
    };

    private sealed class OfKey(DataViewRow row, DataViewSchema.Column label, int classes) : TruthReader
    {
        private readonly VectorReader _reader = VectorReader.Create(row, label);
        private readonly List<int> _truth = [];
        private readonly float[] _key = new float[1];

        internal override bool Read()
        {
            _reader.Read(_key);
            bool isKnown = _key[0] >= 1 && _key[0] <= classes;
            if (isKnown)
                _truth.Add((int)_key[0] - 1);
            return isKnown;
        }

        internal override Measure Finish() => new ClassMeasure(_truth);
    }

    private sealed class OfValue : TruthReader
    {
        private readonly CellReader _reader;
        private readonly Dictionary<string, int> _classes = [];
        private readonly List<int> _truth = [];

        internal OfValue(DataViewRow row, DataViewSchema.Column label, IReadOnlyList<string> names)
        {
            _reader = CellReader.Create(row, label);
            foreach (var (i, name) in names.Index())
                _classes.TryAdd(name, i);
            // A yes or no that was written as a number.
            if (names is ["False", "True"])
                (_classes["0"], _classes["1"]) = (0, 1);
        }

        internal override bool Read()
        {
            bool isKnown = _classes.TryGetValue(_reader.Read() ?? "", out int found);
            if (isKnown)
                _truth.Add(found);
            return isKnown;
        }

        internal override Measure Finish() => new ClassMeasure(_truth);
    }

    private sealed class OfNumber(DataViewRow row, DataViewSchema.Column label) : TruthReader
    {
        private readonly VectorReader _reader = VectorReader.Create(row, label);
        private readonly List<float> _truth = [];
        private readonly float[] _number = new float[1];

        internal override bool Read()
        {
            _reader.Read(_number);
            if (float.IsFinite(_number[0]))
                _truth.Add(_number[0]);
            return float.IsFinite(_number[0]);
        }

        internal override Measure Finish() => new NumberMeasure(_truth);
    }

    private sealed class OfNumbers(DataViewRow row, DataViewSchema.Column label) : TruthReader
    {
        private readonly VectorReader _reader = VectorReader.Create(row, label);
        private readonly List<bool[]> _truth = [];

        internal override bool Read()
        {
            var values = new float[_reader.Width];
            _reader.Read(values);
            if (values.Any(float.IsNaN))
                return false;
            _truth.Add([.. values.Select(v => v != 0)]);
            return true;
        }

        internal override Measure Finish() => new LabelMeasure(_truth);
    }

    private sealed class OfBools(DataViewRow row, DataViewSchema.Column label) : TruthReader
    {
        private readonly ValueGetter<VBuffer<bool>> _getter = row.GetGetter<VBuffer<bool>>(label);
        private readonly List<bool[]> _truth = [];
        private VBuffer<bool> _values;

        internal override bool Read()
        {
            _getter(ref _values);
            _truth.Add([.. _values.DenseValues()]);
            return true;
        }

        internal override Measure Finish() => new LabelMeasure(_truth);
    }
}

/// <summary>What the scores of a data view are.</summary>
internal enum ScoreKind
{
    /// <summary>A probability for each class.</summary>
    Classes,

    /// <summary>Yes or no: a probability or log-odds.</summary>
    Binary,

    /// <summary>A probability for each label.</summary>
    Labels,

    /// <summary>A number.</summary>
    Number,
}
