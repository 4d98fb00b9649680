using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Tables;

/// <summary>
/// A table to learn from: rows, and for each column what it is taken for. <see cref="ToString"/> prints the columns with the reasons;
/// <see cref="With"/> says otherwise for one of them.
/// </summary>
/// <example>
/// <code>
/// var ml = new MLContext(seed: 1);
/// var table = MultiModalTable.Load(ml, "products.csv").With("Code", ColumnKind.Category);
/// Console.WriteLine(table);
/// </code>
/// </example>
public sealed class MultiModalTable
{
    /// <summary>Rows that are looked at to say what a column is.</summary>
    private const int RowsToLookAt = 20_000;

    private MultiModalTable(IDataView data, string folder, IReadOnlyList<TableColumn> columns) => (Data, Folder, Columns) = (data, folder, columns);

    /// <summary>The rows, as they were read: those of a CSV file have only columns of text.</summary>
    public IDataView Data { get; }

    /// <summary>The folder at which relative paths of media files begin: that of the CSV file, or the current one.</summary>
    public string Folder { get; }

    /// <summary>The columns and what they are taken for.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>
    /// Reads a CSV file in UTF-8, or UTF-16 with a byte order mark. The first line names the columns; cells are divided by commas, semicolons, tabs or
    /// bars, and those in quotes may have line breaks. Rows to score are read in the same way.
    /// </summary>
    /// <param name="ml">The context.</param>
    /// <param name="path">The file. Relative paths of media files in it begin at its folder.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidDataException">The file is no table in one of these encodings; the message names file and line.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static MultiModalTable Load(MLContext ml, string path)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return From(ml, CsvTable.Read(path), Path.GetDirectoryName(Path.GetFullPath(path)));
    }

    /// <summary>Takes the rows of a data view, such as a <c>DataFrame</c> or what <c>LoadFromEnumerable</c> gives.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="data">The rows. They are read more than once and must come in the same order.</param>
    /// <param name="folder">The folder at which relative paths of media files begin; <see langword="null"/> for the current folder.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The data view has no rows.</exception>
    public static MultiModalTable From(MLContext ml, IDataView data, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(ml);
        ArgumentNullException.ThrowIfNull(data);
        string root = folder ?? Directory.GetCurrentDirectory();
        var first = ml.Data.TakeRows(data, RowsToLookAt);
        if (first.GetRowCursor([]) is var cursor && !Advance(cursor))
            throw new ArgumentException("The data view has no rows.", nameof(data));
        return new(data, root, [.. data.Schema.Where(c => !c.IsHidden).Select(c => Describe(first, c, root))]);
    }

    /// <summary>Takes rows of a class, a property a column.</summary>
    /// <typeparam name="T">The class of the rows.</typeparam>
    /// <param name="ml">The context.</param>
    /// <param name="rows">The rows. They are enumerated more than once.</param>
    /// <param name="folder">The folder at which relative paths of media files begin; <see langword="null"/> for the current folder.</param>
    /// <returns>The table.</returns>
    public static MultiModalTable From<T>(MLContext ml, IEnumerable<T> rows, string? folder = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(ml);
        return From(ml, ml.Data.LoadFromEnumerable(rows), folder);
    }

    /// <summary>Says what a column is, in place of what it was taken for.</summary>
    /// <param name="column">The name of the column.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>A table of the same rows.</returns>
    /// <exception cref="ArgumentException">There is no such column, or its type can't be of that kind.</exception>
    public MultiModalTable With(string column, ColumnKind kind)
    {
        var old = Column(column);
        if (kind == ColumnKind.Vector != (old.Kind == ColumnKind.Vector) && kind != ColumnKind.LeftOut)
            throw new ArgumentException($"The column '{column}' {(kind == ColumnKind.Vector ? "has no vectors" : "has vectors")}, so that it can't be of the "
                + $"kind {kind}.", nameof(kind));
        if (old.IsText && kind is ColumnKind.Number or ColumnKind.Date)
        {
            Func<string, bool> fits = kind == ColumnKind.Number ? ColumnInference.IsNumber : ColumnInference.IsDate;
            string? other = Data.GetColumn<ReadOnlyMemory<char>>(column).Take(RowsToLookAt).Select(v => v.ToString())
                .FirstOrDefault(v => !ColumnInference.IsMissing(v) && !fits(v));
            if (other is not null)
                throw new ArgumentException(
                    $"'{other}' in the column '{column}' is no {(kind == ColumnKind.Number ? "number" : "date with a year")}, so that it "
                    + $"can't be of the kind {kind}.", nameof(kind));
        }
        else if (!old.IsText && kind is ColumnKind.Text or ColumnKind.Image or ColumnKind.Video or ColumnKind.Sound)
            throw new ArgumentException($"The column '{column}' has no text, so that it can't be of the kind {kind}.", nameof(kind));
        return new(Data, Folder, [.. Columns.Select(c => c == old ? c with { Kind = kind, Why = "you said so" } : c)]);
    }

    /// <summary>The columns as a table to print: name, kind, values, different values and the reason.</summary>
    /// <returns>A line per column.</returns>
    public override string ToString()
    {
        int width = Math.Max(6, Columns.Max(c => Math.Min(c.Name.Length, 30)));
        var text = new StringBuilder().AppendLine(Line("Column", "Kind", "Values", "Missing", "Different", "Why"));
        foreach (var c in Columns)
        {
            string why = c.MayGroupRows ? $"{c.Why}; it may group rows: set SamplingKey = \"{c.Name}\" if it does" : c.Why;
            text.AppendLine(Line(c.Name.Length > 30 ? c.Name[..29] + "~" : c.Name, c.Kind == ColumnKind.LeftOut ? "left out" : $"{c.Kind}",
                Text(c.Values), Text(c.Missing), Text(c.Distinct), why));
        }
        return text.ToString().TrimEnd();

        string Line(string name, string kind, string values, string missing, string distinct, string why) =>
            $"{name.PadRight(width)}  {kind,-8}  {values,7}  {missing,7}  {distinct,9}  {why}";
        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <exception cref="ArgumentException">There is no such column.</exception>
    internal TableColumn Column(string name) => Columns.FirstOrDefault(c => c.Name == name)
        ?? throw new ArgumentException($"The table has no column '{name}'. {Names.Suggest(name, [.. Columns.Select(c => c.Name)], "columns")}", nameof(name));

    private static bool Advance(DataViewRowCursor cursor)
    {
        using (cursor)
            return cursor.MoveNext();
    }

    private static TableColumn Describe(IDataView rows, DataViewSchema.Column column, string folder)
    {
        switch (column.Type)
        {
            case TextDataViewType:
                return ColumnInference.Infer(column.Name, [.. rows.GetColumn<ReadOnlyMemory<char>>(column).Select(v => v.ToString())], folder);
            case BooleanDataViewType:
                bool[] flags = [.. rows.GetColumn<bool>(column)];
                int different = flags.Distinct().Count();
                return new(
                    column.Name, different == 1 ? ColumnKind.LeftOut : ColumnKind.Number, different == 1 ? "all rows have the same value" : "true or false",
                    flags.Length, 0, different)
                { IsWhole = true };
            case NumberDataViewType number:
                string[] values = Numbers(rows, column, number);
                return ColumnInference.Infer(column.Name, values, folder) with { IsText = false };
            case DateTimeDataViewType:
                DateTime[] times = [.. rows.GetColumn<DateTime>(column)];
                int dates = times.Distinct().Count();
                return new(column.Name, dates == 1 ? ColumnKind.LeftOut : ColumnKind.Date, dates == 1 ? "all rows have the same value" : "dates or times",
                    times.Length, 0, dates);
            case KeyDataViewType key:
                return new(column.Name, ColumnKind.Category, $"a key of {key.Count} values", 0, 0, (int)Math.Min(key.Count, int.MaxValue));
            case VectorDataViewType { ItemType: NumberDataViewType or BooleanDataViewType, Size: > 0 } vector:
                return new(column.Name, ColumnKind.Vector, $"{vector.Size} numbers a row", 0, 0, 0);
            default:
                return new(column.Name, ColumnKind.LeftOut, $"the type {column.Type} is not read", 0, 0, 0);
        }
    }

    private static string[] Numbers(IDataView rows, DataViewSchema.Column column, NumberDataViewType type)
    {
        static string[] Of<T>(IEnumerable<T> numbers) where T : IFormattable =>
            [.. numbers.Select(n => n is float.NaN or double.NaN ? "" : n.ToString(null, CultureInfo.InvariantCulture))];
        return Type.GetTypeCode(type.RawType) switch
        {
            TypeCode.SByte => Of(rows.GetColumn<sbyte>(column)),
            TypeCode.Byte => Of(rows.GetColumn<byte>(column)),
            TypeCode.Int16 => Of(rows.GetColumn<short>(column)),
            TypeCode.UInt16 => Of(rows.GetColumn<ushort>(column)),
            TypeCode.Int32 => Of(rows.GetColumn<int>(column)),
            TypeCode.UInt32 => Of(rows.GetColumn<uint>(column)),
            TypeCode.Int64 => Of(rows.GetColumn<long>(column)),
            TypeCode.UInt64 => Of(rows.GetColumn<ulong>(column)),
            TypeCode.Single => Of(rows.GetColumn<float>(column)),
            _ => Of(rows.GetColumn<double>(column)),
        };
    }
}
