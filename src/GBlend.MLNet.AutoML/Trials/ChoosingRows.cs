using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace GBlend.MLNet.AutoML;

/// <summary>Checks the rows that trials are compared on: ML.NET calls a metric over no rows perfect, and leaves out rows without a word.</summary>
internal static class ChoosingRows
{
    private const int MostClassesNamed = 5;

    /// <param name="pipeline">What will be trained, and the metric.</param>
    /// <param name="asGiven">The rows as the user gave them.</param>
    /// <param name="prepared">The rows after what comes before the trainer.</param>
    /// <param name="fold">The name of the fold that the rows are; <see langword="null"/> where they are no fold.</param>
    /// <exception cref="ArgumentException">There are no rows.</exception>
    /// <exception cref="InvalidOperationException">
    /// A fold has no rows, no row can be measured, or the metric needs rows of a class that is not there.
    /// </exception>
    internal static void Check(SweptPipeline pipeline, IDataView asGiven, IDataView prepared, string? fold)
    {
        string labelColumnName = pipeline.Trainer.LabelColumnName;
        var (count, positive, unlabeled) = Read(prepared, labelColumnName);
        if (count == 0)
        {
            throw fold is not null
                ? new InvalidOperationException(
                    $"{fold} has no rows to choose by, so that trials can't be compared on it. See what Before does with its rows, or take fewer folds.")
                : new ArgumentException("There are no rows to choose by. Check their source, the filters on them and what Before does.", "choosing");
        }
        if (pipeline.Metric.NeedsBothClasses && (positive == 0 || positive == count))
        {
            string lacking = positive == 0 ? "true" : "false", where = fold is null ? "" : $" of {char.ToLowerInvariant(fold[0])}{fold[1..]}";
            string remedy = fold is null ? "Choose by rows of both classes."
                : "Take fewer folds, more rows of the rare class, or a sampling key column that divides them.";
            throw new InvalidOperationException(
                $"None of the {count} choosing rows{where} has {lacking} in '{labelColumnName}', "
                + $"and {pipeline.Metric} is not defined without such rows. {remedy}");
        }
        if (unlabeled.Count == 0)
            return;
        string classes = Classes(pipeline.Context, asGiven, labelColumnName, count, unlabeled);
        string what = $"in '{labelColumnName}' no class that the training rows have{classes}, or no value";
        if (unlabeled.Count == count)
            throw new InvalidOperationException($"All {count} choosing rows have {what}. Choose by rows of the classes that are trained.");
        using var channel = ((IChannelProvider)pipeline.Context).Start("Sweep");
        channel.Warning(MessageSensitivity.UserData | MessageSensitivity.Schema,
            $"{unlabeled.Count} of the {count} choosing rows have {what}. ML.NET's metrics leave them out.");
    }

    private static (int Count, int Positive, List<int> Unlabeled) Read(IDataView view, string labelColumnName)
    {
        var label = view.Schema[labelColumnName];
        using var cursor = view.GetRowCursor([label]);
        var isMissing = MissingIn(cursor, label);
        var isPositive = PositiveIn(cursor, label);
        var unlabeled = new List<int>();
        int count = 0, positive = 0;
        for (; cursor.MoveNext(); count++)
        {
            if (isMissing())
                unlabeled.Add(count);
            if (isPositive())
                positive++;
        }
        return (count, positive, unlabeled);
    }

    private static Func<bool> PositiveIn(DataViewRow row, DataViewSchema.Column label)
    {
        if (label.Type is not BooleanDataViewType)
            return static () => false;
        var getter = row.GetGetter<bool>(label);
        return () =>
        {
            bool value = false;
            getter(ref value);
            return value;
        };
    }

    private static Func<bool> MissingIn(DataViewRow row, DataViewSchema.Column label)
    {
        var raw = label.Type.RawType;
        return label.Type switch
        {
            KeyDataViewType when raw == typeof(byte) => When<byte>(v => v == 0),
            KeyDataViewType when raw == typeof(ushort) => When<ushort>(v => v == 0),
            KeyDataViewType when raw == typeof(uint) => When<uint>(v => v == 0),
            KeyDataViewType => When<ulong>(v => v == 0),
            NumberDataViewType when raw == typeof(float) => When<float>(float.IsNaN),
            NumberDataViewType when raw == typeof(double) => When<double>(double.IsNaN),
            _ => static () => false,
        };

        Func<bool> When<T>(Func<T, bool> isMissing)
        {
            var getter = row.GetGetter<T>(label);
            T value = default!;
            return () =>
            {
                getter(ref value);
                return isMissing(value);
            };
        }
    }

    /// <summary>What the label column says of the rows before it became a key, where that can be told.</summary>
    private static string Classes(MLContext ml, IDataView asGiven, string labelColumnName, int count, List<int> rows)
    {
        if (asGiven.Schema.GetColumnOrNull(labelColumnName) is not { Type: TextDataViewType or NumberDataViewType or BooleanDataViewType })
            return "";
        var texts = ml.Transforms.Conversion.ConvertType(labelColumnName, outputKind: DataKind.String).Fit(asGiven).Transform(asGiven);
        string[] values = [.. texts.GetColumn<string>(labelColumnName)];
        // Rows may have been left out on the way.
        if (values.Length != count)
            return "";
        string[] classes = [.. rows.Select(row => values[row]).Where(v => !string.IsNullOrEmpty(v)).Distinct()];
        string names = string.Join(", ", classes.Take(MostClassesNamed).Select(c => $"'{c}'"));
        return classes.Length == 0 ? "" : $" ({names}{(classes.Length > MostClassesNamed ? ", ..." : "")})";
    }
}
