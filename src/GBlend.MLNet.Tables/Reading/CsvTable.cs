using CsvHelper;
using Microsoft.Data.Analysis;

namespace GBlend.MLNet.Tables;

/// <summary>Reads a CSV file as columns of text: what they mean is decided later, and by the same rule for rows to score.</summary>
internal static class CsvTable
{
    private const string Separators = ",;\t|";

    /// <summary>Reads all rows.</summary>
    /// <param name="path">The file; its first line has the names of the columns.</param>
    /// <exception cref="InvalidDataException">The file is no table; the message names file and line.</exception>
    internal static DataFrame Read(string path)
    {
        string text = CsvText.Read(path);
        char separator = Separator(text);
        using var reader = CsvReader.FromText(text, new CsvReaderOptions
        {
            HasHeader = false,
            OnMalformedRecord = row => throw Error(path, row.LineNumber, Problem(row.Reason)),
            Separator = separator,
            TrackLineNumbers = true,
        });
        string[]? names = null;
        List<string>[] columns = [];
        while (reader.Read())
        {
            if (!reader.RawRecord.ContainsAnyExcept(" \t"u8))
                continue;
            if (names is null)
            {
                names = Names(reader, path);
                columns = [.. names.Select(_ => new List<string>())];
                continue;
            }
            if (reader.FieldCount != names.Length)
                throw Error(path, reader.LineNumber, $"the row has {reader.FieldCount} cells, but there are {names.Length} columns. Put cells with "
                    + $"{(separator == '\t' ? "a tab" : $"'{separator}'")} or line breaks in quotes.");
            for (int i = 0; i < names.Length; i++)
                columns[i].Add(reader.GetString(i));
        }
        if (names is null)
            throw new InvalidDataException($"{path} has no lines. The first one names the columns.");
        if (columns[0].Count == 0)
            throw new InvalidDataException($"{path} has no rows below the names of its columns.");
        foreach (var column in columns)
            CsvCells.Write(column, commaIsDecimal: separator != ',');
        return new DataFrame(names.Zip(columns, (name, values) => (DataFrameColumn)new StringDataFrameColumn(name, values)));
    }

    private static string[] Names(CsvReader reader, string path)
    {
        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim())];
        if (Array.FindIndex(names, string.IsNullOrWhiteSpace) is >= 0 and var nameless)
            throw Error(path, reader.LineNumber, $"column {nameless} (counted from 0) has no name. Name it, or remove it.");
        if (names.CountBy(name => name).FirstOrDefault(column => column.Value > 1).Key is { } twice)
            throw Error(path, reader.LineNumber, $"several columns have the name '{twice}'. Give each a name of its own.");
        return names;
    }

    private static char Separator(string text)
    {
        string header = text.TrimStart().Split(['\r', '\n'], 2)[0];
        return Separators.MaxBy(separator => header.Count(c => c == separator));
    }

    private static InvalidDataException Error(string path, long line, string problem) => new($"{path}, line {line}: {problem}");

    private static string Problem(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "a cell begins with a quote that no other one closes. Close it.",
        CsvMalformedReason.StrayQuote => "there is a quote within a cell. Put the cell in quotes, and write each quote in it twice.",
        _ => "there is text behind the quote that closes a cell. Write each quote within a cell twice.",
    };
}
