using System.Globalization;

namespace Recipes;

/// <summary>AudioSet's class_labels_indices.csv (index, mid, display_name) and segment lists (YTID, start_seconds, end_seconds, positive_labels;
/// comments begin with #).</summary>
internal static class AudioSetCsv
{
    /// <summary>The classes: their machine identifiers and names, in the order of their indices.</summary>
    /// <exception cref="UserErrorException">The indices are not 0, 1, 2 and so on, or an identifier is there twice.</exception>
    public static IReadOnlyList<(string Id, string Name)> Classes(string path)
    {
        var table = CsvTable.Read(path, "index", "mid", "display_name");
        var classes = new List<(string, string)>();
        var known = new HashSet<string>();
        foreach (var row in table.Rows)
        {
            if (table.Whole(row, "index") != classes.Count)
                throw table.Error(row, $"the index is {table.Text(row, "index")}, but {classes.Count} comes next. Download the file again.");
            string id = table.Text(row, "mid");
            if (!known.Add(id))
                throw table.Error(row, $"the identifier '{id}' is there twice. Download the file again.");
            classes.Add((id, table.Text(row, "display_name")));
        }
        return classes;
    }

    /// <summary>The segments of a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">As <see cref="Classes"/> gives them.</param>
    /// <param name="repeated">Rows that were there before.</param>
    /// <exception cref="UserErrorException">The message says file, line and remedy.</exception>
    public static IReadOnlyList<AnnotatedVideo> Read(string path, IReadOnlyList<(string Id, string Name)> classes, out int repeated)
    {
        var file = TextFile.Read(path);
        var index = classes.Index().ToDictionary(c => c.Item.Id, c => c.Index);
        return AnnotatedVideos.Distinct(CsvFile.ReadRows(file, comment: '#').Select(row =>
        {
            if (row.Cells.Count != 4)
                throw file.Error(
                    row.Line, $"{row.Cells.Count} cells, but a segment has 4: YTID, start_seconds, end_seconds and positive_labels, the labels in quotes.");
            double start = Seconds(1), end = Seconds(2);
            if (start < 0 || end <= start)
                throw file.Error(row.Line, $"the times {row.Cells[1]} and {row.Cells[2]} are no stretch of a video. Correct them, or remove the row.");
            int[] labels = [.. row.Cells[3].Split(',').Select(label => index.TryGetValue(label.Trim(), out int number)
                ? number
                : throw file.Error(row.Line,
                    $"the label '{label.Trim()}' is unknown: it is not in class_labels_indices.csv. Correct it, or take both files of the same edition."))];
            string id = row.Cells[0].Length > 0 ? row.Cells[0] : throw file.Error(row.Line, "the YTID is empty. Remove the row.");
            return new AnnotatedVideo(id, id, [labels], path, row.Line) { Start = start, End = end };

            double Seconds(int cell) =>
                double.TryParse(row.Cells[cell], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
                ? value
                : throw file.Error(row.Line, $"'{row.Cells[cell]}' is not a number of seconds.");
        }), out repeated);
    }
}
