using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>
/// Methods that read scores, labels and groups from a data view into the arrays that <see cref="ClassMetrics"/>,
/// <see cref="MultiLabelMetrics"/> and <see cref="ScoreGroups"/> take.
/// </summary>
/// <example>
/// <code>
/// var view = model.Transform(test);
/// double top5 = ClassMetrics.TopKAccuracy(ScoredRows.Scores(view), ScoredRows.Classes(view), k: 5);
/// </code>
/// </example>
public static class ScoredRows
{
    /// <summary>Reads the scores of all rows.</summary>
    /// <param name="view">The data view, for example the result of a model's <c>Transform</c>.</param>
    /// <param name="column">The name of a column of vectors of numbers of known size, or of numbers. Default <c>Score</c>.</param>
    /// <returns>The scores as [rows][classes].</returns>
    /// <exception cref="ArgumentException">There is no such column, or it is neither a vector of numbers of known size nor a number.</exception>
    public static float[][] Scores(IDataView view, string column = "Score")
    {
        var found = Find(view, column, type => IsNumber(type.Item()), "a vector of numbers of known size");
        return Read<float[]>(view, found, row =>
        {
            var reader = VectorReader.Create(row, found);
            return () =>
            {
                var values = new float[reader.Width];
                reader.Read(values);
                return values;
            };
        });
    }

    /// <summary>Reads the classes of all rows: key i is class i - 1, as in a model's scores.</summary>
    /// <param name="view">The data view, with the same keys as in training, which means transformed by the same <c>MapValueToKey</c>.</param>
    /// <param name="column">The name of a key column. Default <c>Label</c>.</param>
    /// <returns>
    /// The class of each row as [rows], counted from 0; -1 where a row has no key (a value that training has not seen), which metrics refuse.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no such column, it is not a key, or its keys stand for other values than those of the model whose <c>Score</c> the view has.
    /// </exception>
    public static int[] Classes(IDataView view, string column = "Label")
    {
        var found = Find(view, column, type => type is KeyDataViewType { Count: <= 1 << 24 }, "a key of at most 2^24 values");
        KeyValues.OfScores(view.Schema)?.CheckSame(found);
        return Read<int>(view, found, row =>
        {
            var reader = VectorReader.Create(row, found);
            var key = new float[1];
            return () =>
            {
                reader.Read(key);
                return (int)key[0] - 1;
            };
        });
    }

    /// <summary>Reads the labels of all rows of multi-label data.</summary>
    /// <param name="view">The data view.</param>
    /// <param name="column">
    /// The name of a column of vectors of known size, of bools or of numbers that are 0 where the row does not have the label. Default <c>Label</c>.
    /// </param>
    /// <returns>The truth as [rows][labels]; each value says whether the row has the label.</returns>
    /// <exception cref="ArgumentException">There is no such column, it is not such a vector, or a number is missing (NaN).</exception>
    public static bool[][] Labels(IDataView view, string column = "Label")
    {
        var found = Find(view, column, type => type is VectorDataViewType
            && (type.Item() is BooleanDataViewType || IsNumber(type.Item())), "a vector of bool or numbers of known size");
        if (found.Type.Item() is not BooleanDataViewType)
        {
            float[][] numbers = Scores(view, column);
            int missing = Array.FindIndex(numbers, row => row.Any(float.IsNaN));
            if (missing >= 0)
                throw new ArgumentException($"The column '{column}' has no value (NaN) in row {missing} (counted from 0). Leave such rows out, for example "
                    + $"with ml.Data.FilterRowsByMissingValues.", nameof(column));
            return [.. numbers.Select(row => row.Select(v => v != 0).ToArray())];
        }
        return Read<bool[]>(view, found, row =>
        {
            var getter = row.GetGetter<VBuffer<bool>>(found);
            VBuffer<bool> buffer = default;
            return () =>
            {
                getter(ref buffer);
                return buffer.DenseValues().ToArray();
            };
        });
    }

    /// <summary>Reads the group of every row, for <see cref="ScoreGroups"/>.</summary>
    /// <param name="view">The data view.</param>
    /// <param name="column">The name of a text column, for example the video from which a clip is.</param>
    /// <returns>The name of each row's group as [rows].</returns>
    /// <exception cref="ArgumentException">There is no such column, or it is not text.</exception>
    public static string[] Groups(IDataView view, string column)
    {
        var found = Find(view, column, type => type is TextDataViewType, "text");
        return Read<string>(view, found, row =>
        {
            var getter = row.GetGetter<ReadOnlyMemory<char>>(found);
            ReadOnlyMemory<char> text = default;
            return () =>
            {
                getter(ref text);
                return text.ToString();
            };
        });
    }

    private static bool IsNumber(DataViewType item) => item is NumberDataViewType;

    private static DataViewSchema.Column Find(IDataView view, string name, Func<DataViewType, bool> fits, string expected)
    {
        ArgumentNullException.ThrowIfNull(view);
        var column = view.Schema.GetColumnOrNull(name)
            ?? throw new ArgumentException($"There is no column '{name}'. There are: {string.Join(", ", view.Schema.Select(c => c.Name))}.", nameof(name));
        if (!fits(column.Type) || column.Type is VectorDataViewType { IsKnownSize: false })
            throw new ArgumentException($"The column '{name}' is {column.Type}; expected {expected}.", nameof(name));
        return column;
    }

    private static T[] Read<T>(IDataView view, DataViewSchema.Column column, Func<DataViewRow, Func<T>> open)
    {
        using var cursor = view.GetRowCursor([column]);
        var read = open(cursor);
        var values = new List<T>();
        while (cursor.MoveNext())
            values.Add(read());
        return [.. values];
    }
}
