using System.Globalization;

namespace Recipes;

/// <summary>Kinetics' train.csv and validate.csv: label, youtube_id, time_start, time_end, split.</summary>
internal static class KineticsCsv
{
    /// <summary>The labels that a file has, in ordinal order.</summary>
    public static IReadOnlyList<string> Classes(string path)
    {
        var table = Open(path);
        return [.. table.Rows.Select(r => table.Text(r, "label")).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The videos of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">The labels.</param>
    /// <param name="repeated">Rows that were there before.</param>
    /// <exception cref="UserErrorException">The message says file, line and remedy.</exception>
    public static IReadOnlyList<AnnotatedVideo> Read(string path, IReadOnlyList<string> classes, out int repeated)
    {
        var table = Open(path);
        var index = classes.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return AnnotatedVideos.Distinct(table.Rows.Select(row =>
        {
            string label = table.Text(row, "label"), id = table.Text(row, "youtube_id");
            if (!index.TryGetValue(label, out int number))
                throw table.Error(
                    row, $"the label '{label}' is not among the {classes.Count} of the training file. Correct it, or take both files of the same edition.");
            double start = table.Number(row, "time_start"), end = table.Number(row, "time_end");
            if (start < 0 || end <= start)
                throw table.Error(row,
                    string.Create(CultureInfo.InvariantCulture, $"the times {start} and {end} are no stretch of a video. Correct them, or remove the row."));
            return new AnnotatedVideo(
                string.Create(CultureInfo.InvariantCulture, $"{id}_{start:000000}_{end:000000}"), id, [[number]], path, row.Line)
            { Start = start, End = end };
        }), out repeated);
    }

    private static CsvTable Open(string path) => CsvTable.Read(path, "label", "youtube_id", "time_start", "time_end", "split");
}
