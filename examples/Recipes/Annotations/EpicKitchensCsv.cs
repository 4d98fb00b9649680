using System.Globalization;

namespace Recipes;

/// <summary>
/// EPIC-Kitchens' EPIC_verb_classes.csv, EPIC_noun_classes.csv and lists of action segments (EPIC_train_action_labels.csv; EPIC-Kitchens-100's
/// EPIC_100_train.csv has the same columns under other names).
/// </summary>
internal static class EpicKitchensCsv
{
    /// <summary>The classes of verbs or nouns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="idColumn">verb_id or noun_id (EPIC-Kitchens-100: id).</param>
    /// <exception cref="UserErrorException">The numbers are not 0, 1, 2 and so on.</exception>
    public static IReadOnlyList<string> Classes(string path, string idColumn)
    {
        var table = CsvTable.Read(path);
        string id = table.Has(idColumn) ? idColumn : "id", name = table.Has("class_key") ? "class_key" : "key";
        if (!table.Has(id) || !table.Has(name))
            table = CsvTable.Read(path, idColumn, "class_key");
        var classes = new List<string>();
        foreach (var row in table.Rows)
        {
            if (table.Whole(row, id) != classes.Count)
                throw table.Error(row, $"the class number is {table.Text(row, id)}, but {classes.Count} comes next. Download the file again.");
            classes.Add(table.Text(row, name));
        }
        return classes;
    }

    /// <summary>The action segments of a list, with their verbs and nouns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="verbs">How many verb classes there are.</param>
    /// <param name="nouns">How many noun classes there are.</param>
    /// <param name="repeated">Rows that were there before.</param>
    /// <exception cref="UserErrorException">The message says file, line and remedy.</exception>
    public static IReadOnlyList<AnnotatedVideo> Read(string path, int verbs, int nouns, out int repeated)
    {
        var table = CsvTable.Read(
            path, "participant_id", "video_id", "narration", "start_timestamp", "stop_timestamp", "verb_class", "noun_class", "all_nouns", "all_noun_classes");
        string id = table.Has("uid") ? "uid" : table.Has("narration_id") ? "narration_id" : throw table.Error(
            table.Rows[0], "there is no column 'uid' (EPIC-Kitchens-55) or 'narration_id' (100). Take the published file, with its header.");
        return AnnotatedVideos.Distinct(table.Rows.Select(row =>
        {
            double start = Time(table, row, "start_timestamp"), stop = Time(table, row, "stop_timestamp");
            if (stop <= start)
                throw table.Error(row, $"the segment ends at {table.Text(row, "stop_timestamp")}, before it begins. Correct it, or remove the row.");
            int verb = Class(table, row, "verb_class", verbs), noun = Class(table, row, "noun_class", nouns);
            int[] all = [.. List(table, row, "all_noun_classes").Select(
                text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < nouns
                ? number
                : throw table.Error(row, $"all_noun_classes has '{text}', which is none of the {nouns} noun classes."))];
            if (List(table, row, "all_nouns").Count != all.Length)
                throw table.Error(row, "all_nouns and all_noun_classes have different lengths. Correct them, or download the file again.");
            return new AnnotatedVideo(table.Text(row, id), table.Text(row, "video_id"), [[verb], [noun, .. all.Where(n => n != noun)]], path, row.Line)
            {
                Start = start,
                End = stop,
                Participant = table.Text(row, "participant_id"),
            };
        }), out repeated);
    }

    private static int Class(CsvTable table, CsvRow row, string column, int classes) => table.Whole(row, column) is var number && number < classes
        ? number
        : throw table.Error(row, $"the {column} {number} is unknown: there are the classes 0 to {classes - 1}. Take all files of the same edition.");

    /// <summary>00:00:01.14 in seconds.</summary>
    private static double Time(CsvTable table, CsvRow row, string column)
    {
        string text = table.Text(row, column);
        string[] parts = text.Split(':');
        var numbers = parts.Select(p => double.TryParse(p, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)
            .ToArray();
        return parts.Length == 3 && numbers.All(double.IsFinite)
            ? (numbers[0] * 60 + numbers[1]) * 60 + numbers[2]
            : throw table.Error(row, $"the column '{column}' is '{text}', not a time such as 00:01:02.50.");
    }

    /// <summary>A list as Python writes it: ['pan', "cook's knife"] or [1, 2].</summary>
    private static List<string> List(CsvTable table, CsvRow row, string column)
    {
        string text = table.Text(row, column).Trim();
        if (text.Length < 2 || text[0] != '[' || text[^1] != ']')
            throw table.Error(row, $"the column '{column}' is '{text}', not a list in square brackets.");
        var items = new List<string>();
        for (int at = 1; at < text.Length - 1;)
        {
            if (text[at] is ' ' or ',')
            {
                at++;
                continue;
            }
            bool isQuoted = text[at] is '\'' or '"';
            int end = isQuoted ? text.IndexOf(text[at], at + 1) : text.IndexOfAny([',', ']'], at);
            if (end < 0 || end > text.Length - (isQuoted ? 2 : 1))
                throw table.Error(row, $"the column '{column}' has a quote that is not closed: {text}.");
            items.Add(isQuoted ? text[(at + 1)..end] : text[at..end].Trim());
            at = end + 1;
        }
        return items;
    }
}
