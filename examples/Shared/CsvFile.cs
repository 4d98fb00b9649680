using CsvHelper;

namespace Examples;

/// <summary>A row of a CSV file.</summary>
/// <param name="Line">The line on which it begins, counted from 1.</param>
/// <param name="Cells">Its cells, without quotes and surrounding spaces.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Cells);

/// <summary>
/// Comma-separated values (RFC 4180): cells in quotes may hold commas, line breaks and doubled quotes. Where the first row has more semicolons or tabs
/// than commas, as spreadsheets of many countries write them, these separate the cells.
/// </summary>
internal sealed class CsvFile
{
    private readonly TextFile _file;

    private CsvFile(TextFile file, IReadOnlyList<CsvRow> rows) => (_file, HeaderRow, Rows) = (file, rows[0], [.. rows.Skip(1)]);

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Header => HeaderRow.Cells;

    public CsvRow HeaderRow { get; }

    /// <summary>The other rows, each as long as the header.</summary>
    public IReadOnlyList<CsvRow> Rows { get; }

    public string Path => _file.Path;

    /// <summary>Reads a file that begins with a header; empty lines are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <param name="namesAreUnique">Whether two columns of one name are an error.</param>
    /// <exception cref="UserErrorException">It can't be read as such; the message names file, line and remedy.</exception>
    public static CsvFile Read(string path, bool namesAreUnique = true)
    {
        var file = TextFile.Read(path);
        var csv = new CsvFile(file, [.. ReadRows(file)]);
        if (namesAreUnique && csv.Header.CountBy(name => name).FirstOrDefault(column => column.Value > 1).Key is { } twice)
            throw csv.Error(csv.HeaderRow, $"the header has the column '{twice}' twice. Rename one.");
        if (csv.Rows.FirstOrDefault(row => row.Cells.Count != csv.Header.Count) is { } odd)
            throw csv.Error(odd, $"{odd.Cells.Count} cells, but the header has {csv.Header.Count}. Put cells that have a comma in quotes.");
        return csv;
    }

    /// <summary>Reads the rows of a file, which may have any number of cells; empty lines are passed over.</summary>
    /// <param name="file">The file.</param>
    /// <param name="comment">Lines that begin with it are passed over.</param>
    /// <exception cref="UserErrorException">A quote is not closed, or stands where it means nothing.</exception>
    public static IEnumerable<CsvRow> ReadRows(TextFile file, char? comment = null)
    {
        using var reader = CsvReader.FromText(file.Text, new CsvReaderOptions
        {
            CommentPrefix = comment,
            HasHeader = false,
            OnMalformedRecord = row => throw file.Error((int)row.LineNumber, Problem(row.Reason)),
            Separator = Separator(file.Text),
            TrackLineNumbers = true,
            TrimWhitespace = true,
        });
        while (reader.Read())
        {
            if (!reader.RawRecord.ContainsAnyExcept(" \t"u8))
                continue;
            string[] cells = new string[reader.FieldCount];
            for (int i = 0; i < cells.Length; i++)
                cells[i] = reader.GetString(i);
            yield return new CsvRow((int)reader.LineNumber, cells);
        }
    }

    /// <summary>The place of a column; -1 where there is none.</summary>
    public int Find(string column) => Header.ToList().IndexOf(column);

    /// <summary>An error in a row.</summary>
    public UserErrorException Error(CsvRow row, string problem) => _file.Error(row.Line, problem);

    /// <summary>A cell as it is written, in quotes where it needs them.</summary>
    public static string Cell(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static char Separator(string text)
    {
        var header = text.AsSpan().TrimStart();
        header = header[..(header.IndexOfAny('\r', '\n') is >= 0 and var end ? end : header.Length)];
        char separator = ',';
        foreach (char other in ";\t")
            separator = header.Count(other) > header.Count(separator) ? other : separator;
        return separator;
    }

    private static string Problem(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "a quote is opened and never closed. Close it.",
        CsvMalformedReason.StrayQuote => "a quote in the middle of a cell. Put the whole cell in quotes and double the quotes inside it.",
        _ => "text follows the closing quote of a cell. Double the quotes inside a cell.",
    };
}
