using System.Text;

namespace Compare;

/// <summary>Adds lines to a file such that an interruption leaves whole lines, or one without an end that the next addition removes.</summary>
internal static class CsvLines
{
    public static void Append(string path, string header, string lines)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        file.SetLength(EndOfLastLine(file));
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(file.Length == 0 ? header + "\n" + lines : lines));
        file.Flush(flushToDisk: true);
    }

    /// <summary>The rows of a file as <see cref="Append"/> leaves it, without the header and without a line that an interruption cut off.</summary>
    /// <returns>The rows; none where there is no file.</returns>
    public static IEnumerable<CsvRow> Read(string path, string header)
    {
        if (!File.Exists(path) || new FileInfo(path) is { Length: 0 })
            return [];
        var file = TextFile.Read(path);
        var whole = file with { Text = file.Text[..(file.Text.LastIndexOf('\n') + 1)] };
        return CsvFile.ReadRows(whole).Where(row => string.Join(',', row.Cells) != header);
    }

    private static long EndOfLastLine(FileStream file)
    {
        for (long end = file.Length; end > 0; end--)
        {
            file.Position = end - 1;
            if (file.ReadByte() == '\n')
                return end;
        }
        return 0;
    }
}
