using System.Text;

namespace Recipes;

/// <summary>
/// Splits comma-separated text into cells (RFC 4180): quoted cells may hold commas, line breaks and doubled quotes. Spaces between a comma and a
/// quote, as AudioSet has them, are no part of the cell. Anything else about quotes is an error.
/// </summary>
internal static class CsvRows
{
    /// <summary>The rows that have something in them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="isComment">Lines to leave out, by their first character; <c>'\0'</c> for none.</param>
    /// <exception cref="UserErrorException">A quote that is not closed, or that stands in the middle of a cell.</exception>
    public static IEnumerable<CsvRow> Read(AnnotationFile file, char isComment = '\0')
    {
        string text = file.Text;
        int line = 1, at = 0;
        while (at < text.Length)
        {
            int first = line;
            if (text[at] == isComment && isComment != '\0')
            {
                SkipLine(text, ref at, ref line);
                continue;
            }
            var cells = new List<string>();
            bool isQuoted = false;
            do
                cells.Add(Cell(file, ref at, ref line, ref isQuoted));
            while (at < text.Length && text[at++] == ',');
            // The separator was a line break, or the end.
            if (at <= text.Length && at > 0 && text[at - 1] == '\n')
                line++;
            if (cells.Count > 1 || cells[0].Length > 0 || isQuoted)
                yield return new CsvRow(first, cells);
        }
    }

    private static void SkipLine(string text, ref int at, ref int line)
    {
        int end = text.IndexOf('\n', at);
        at = end < 0 ? text.Length : end + 1;
        line++;
    }

    /// <summary>Reads a cell; afterwards stands at the comma or line break behind it, or at the end.</summary>
    private static string Cell(AnnotationFile file, ref int at, ref int line, ref bool isQuoted)
    {
        string text = file.Text;
        int start = at;
        while (at < text.Length && text[at] == ' ')
            at++;
        if (at < text.Length && text[at] == '"')
        {
            isQuoted = true;
            return Quoted(file, ref at, ref line);
        }
        while (at < text.Length && text[at] is not (',' or '\n'))
        {
            if (text[at] == '"')
                throw file.Error(line, $"a quote in the middle of the cell '{text[start..at].Trim()}'. Put the whole cell in quotes and double the quotes inside it.");
            at++;
        }
        return text[start..at].Trim();
    }

    private static string Quoted(AnnotationFile file, ref int at, ref int line)
    {
        string text = file.Text;
        int opened = line;
        var cell = new StringBuilder();
        for (at++; ; at++)
        {
            if (at >= text.Length)
                throw file.Error(opened, "a quote is opened and never closed. Close it, or download the file again.");
            if (text[at] == '\n')
                line++;
            if (text[at] != '"')
            {
                cell.Append(text[at]);
                continue;
            }
            if (at + 1 < text.Length && text[at + 1] == '"')
            {
                cell.Append('"');
                at++;
                continue;
            }
            at++;
            break;
        }
        while (at < text.Length && text[at] is ' ' or '\r')
            at++;
        if (at < text.Length && text[at] is not (',' or '\n'))
            throw file.Error(line, $"'{text[at]}' follows the closing quote of the cell '{cell}'. Double the quotes inside a cell.");
        return cell.ToString();
    }
}

/// <summary>One row of a file.</summary>
/// <param name="Line">Where it begins, counted from 1.</param>
/// <param name="Cells">Its cells, without quotes and surrounding spaces.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Cells);
