using System.Text;
using QuickStart;

namespace AudioVisual;

/// <summary>Comma-separated values as RFC 4180 has them: cells in quotes may hold commas, line breaks and doubled quotes.</summary>
/// <param name="Header">The cells of the first row.</param>
/// <param name="Rows">The others, each with the number of its first line, from 1.</param>
internal sealed record CsvFile(IReadOnlyList<string> Header, IReadOnlyList<(int Line, IReadOnlyList<string> Cells)> Rows)
{
    /// <summary>Reads a file; empty lines are passed over.</summary>
    /// <exception cref="UserErrorException">It can't be read as such; the message names file and line.</exception>
    internal static CsvFile Read(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"There is no file {path}.");
        // Reads UTF-8, and other encodings by their byte order mark.
        return Parse(File.ReadAllText(path), Path.GetFileName(path));
    }

    /// <param name="text">The whole text.</param>
    /// <param name="name">Of the file, for messages.</param>
    internal static CsvFile Parse(string text, string name)
    {
        var rows = new List<(int Line, IReadOnlyList<string> Cells)>();
        var cells = new List<string>();
        var cell = new StringBuilder();
        int line = 1, at = 0;
        while (at < text.Length)
        {
            int first = line;
            cells.Clear();
            ReadRow(first);
            if (cells.Count == 1 && cells[0].Length == 0)
                continue;
            if (rows.Count > 0 && cells.Count != rows[0].Cells.Count)
                throw new UserErrorException($"{name}, line {first}: {cells.Count} cells, but the header has {rows[0].Cells.Count}. Cells with a comma need quotes.");
            rows.Add((first, [.. cells]));
        }
        if (rows.Count == 0)
            throw new UserErrorException($"{name} is empty.");
        string[] header = [.. rows[0].Cells.Select(c => c.Trim())];
        if (header.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new UserErrorException($"{name} has two columns '{twice.Key}'. Rename one.");
        return new CsvFile(header, rows[1..]);

        void ReadRow(int first)
        {
            while (true)
            {
                bool isQuoted = at < text.Length && text[at] == '"';
                cell.Clear();
                if (isQuoted)
                    ReadQuoted(first);
                while (at < text.Length && text[at] is not (',' or '\n' or '\r'))
                {
                    if (isQuoted && text[at] != ' ')
                        throw new UserErrorException($"{name}, line {line}: text after a closing quote. Write a quote inside quotes twice.");
                    if (!isQuoted)
                        cell.Append(text[at]);
                    at++;
                }
                cells.Add(isQuoted ? cell.ToString() : cell.ToString().Trim());
                if (at >= text.Length)
                    return;
                char end = text[at++];
                if (end == ',')
                    continue;
                if (end == '\r' && at < text.Length && text[at] == '\n')
                    at++;
                line++;
                return;
            }
        }

        void ReadQuoted(int first)
        {
            for (at++; at < text.Length; at++)
            {
                if (text[at] == '\n')
                    line++;
                if (text[at] != '"')
                    cell.Append(text[at]);
                else if (at + 1 < text.Length && text[at + 1] == '"')
                    cell.Append(text[at++]);
                else
                {
                    at++;
                    return;
                }
            }
            throw new UserErrorException($"{name}, line {first}: a quote is opened and never closed.");
        }
    }
}
