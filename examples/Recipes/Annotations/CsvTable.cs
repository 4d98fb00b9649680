using System.Globalization;

namespace Recipes;

/// <summary>A CSV file with a header: cells by the names of their columns.</summary>
internal sealed class CsvTable
{
    private readonly CsvFile _file;

    private CsvTable(CsvFile file) => _file = file;

    public IReadOnlyList<CsvRow> Rows => _file.Rows;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Columns that it must have; it may have others.</param>
    /// <exception cref="UserErrorException">The file can't be read, a column is missing, or a row has more or fewer cells than the header.</exception>
    public static CsvTable Read(string path, params IReadOnlyList<string> columns)
    {
        var file = CsvFile.Read(path);
        if (columns.FirstOrDefault(c => file.Find(c) < 0) is { } missing)
            throw file.Error(file.HeaderRow,
                $"there is no column '{missing}'. It has: {string.Join(", ", file.Header)}. Take the file that is published with the set, with its header.");
        return file.Rows.Count > 0 ? new CsvTable(file) : throw new UserErrorException($"{path} has a header and no rows. Download it again.");
    }

    public bool Has(string column) => _file.Find(column) >= 0;

    /// <summary>A cell that may not be empty.</summary>
    public string Text(CsvRow row, string column) => row.Cells[Index(column)] is { Length: > 0 } text
        ? text
        : throw Error(row, $"the column '{column}' is empty. Fill it in, or remove the row.");

    public double Number(CsvRow row, string column) =>
        double.TryParse(Text(row, column), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
        ? number
        : throw Error(row, $"the column '{column}' is '{Text(row, column)}', not a number.");

    public int Whole(CsvRow row, string column) => int.TryParse(Text(row, column), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        ? number
        : throw Error(row, $"the column '{column}' is '{Text(row, column)}', not a whole number.");

    public UserErrorException Error(CsvRow row, string problem) => _file.Error(row, problem);

    private int Index(string column) =>
        _file.Find(column) is >= 0 and var index ? index : throw new ArgumentException($"No column '{column}'.", nameof(column));
}
