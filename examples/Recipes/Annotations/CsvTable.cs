using System.Globalization;

namespace Recipes;

/// <summary>A CSV file with a header: cells by the names of their columns.</summary>
internal sealed class CsvTable
{
    private readonly AnnotationFile _file;
    private readonly IReadOnlyList<string> _header;

    private CsvTable(AnnotationFile file, IReadOnlyList<string> header, IReadOnlyList<CsvRow> rows) => (_file, _header, Rows) = (file, header, rows);

    public IReadOnlyList<CsvRow> Rows { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Columns that it must have; it may have others.</param>
    /// <exception cref="UserErrorException">The file can't be read, a column is missing, or a row has more or fewer cells than the header.</exception>
    public static CsvTable Read(string path, params IReadOnlyList<string> columns)
    {
        var file = AnnotationFile.Read(path);
        var rows = CsvRows.Read(file).ToList();
        var header = rows[0].Cells;
        if (header.GroupBy(h => h).FirstOrDefault(g => g.Count() > 1)?.Key is { } twice)
            throw file.Error(rows[0].Line, $"the header has the column '{twice}' twice. Rename one.");
        if (columns.FirstOrDefault(c => !header.Contains(c)) is { } missing)
            throw file.Error(rows[0].Line, $"there is no column '{missing}'. It has: {string.Join(", ", header)}. Take the file that is published with the set, with its header.");
        if (rows.FirstOrDefault(r => r.Cells.Count != header.Count) is { } odd)
            throw file.Error(odd.Line, $"{odd.Cells.Count} cells, but the header has {header.Count}. Put cells that have a comma in quotes.");
        return rows.Count > 1 ? new CsvTable(file, header, rows[1..]) : throw new UserErrorException($"{path} has a header and no rows. Download it again.");
    }

    public bool Has(string column) => _header.Contains(column);

    /// <summary>A cell that may not be empty.</summary>
    public string Text(CsvRow row, string column) => row.Cells[Index(column)] is { Length: > 0 } text
        ? text
        : throw Error(row, $"the column '{column}' is empty. Fill it in, or remove the row.");

    public double Number(CsvRow row, string column) => double.TryParse(Text(row, column), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
        ? number
        : throw Error(row, $"the column '{column}' is '{Text(row, column)}', not a number.");

    public int Whole(CsvRow row, string column) => int.TryParse(Text(row, column), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw Error(row, $"the column '{column}' is '{Text(row, column)}', not a whole number.");

    public UserErrorException Error(CsvRow row, string problem) => _file.Error(row.Line, problem);

    private int Index(string column)
    {
        for (int i = 0; i < _header.Count; i++)
        {
            if (_header[i] == column)
                return i;
        }
        throw new ArgumentException($"No column '{column}'.", nameof(column));
    }
}
