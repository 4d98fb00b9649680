using System.Globalization;

namespace Recipes;

/// <summary>Sports-1M's lists: labels.txt with a class a line, train_partition.txt and test_partition.txt with an address and label numbers a line.</summary>
internal static class SportsList
{
    private const string Mark = "watch?v=";

    /// <summary>The classes; a label number is a line's, counted from 0.</summary>
    /// <exception cref="UserErrorException">A class is there twice.</exception>
    public static IReadOnlyList<string> Classes(string path)
    {
        var file = TextFile.Read(path);
        var classes = new List<string>();
        foreach (var (number, line) in file.Lines())
        {
            if (classes.Contains(line.Trim()))
                throw file.Error(number, $"the class '{line.Trim()}' is there twice. Download the file again.");
            classes.Add(line.Trim());
        }
        return classes;
    }

    /// <summary>The videos of a list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="repeated">Lines that were there before.</param>
    /// <exception cref="UserErrorException">The message says file, line and remedy.</exception>
    public static IReadOnlyList<AnnotatedVideo> Read(string path, int classes, out int repeated)
    {
        var file = TextFile.Read(path);
        return AnnotatedVideos.Distinct(file.Lines().Select(line =>
        {
            string[] parts = line.Text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            int at = parts[0].IndexOf(Mark, StringComparison.Ordinal);
            if (parts.Length != 2 || at < 0 || parts[0].Length == at + Mark.Length)
                throw file.Error(line.Number, $"'{line.Text.Trim()}' is not an address with {Mark}ID and label numbers, as 'https://www.youtube.com/watch?v=ID "
                    + $"12,45'. Correct or remove the line.");
            int[] labels = [.. parts[1].Split(',').Select(text =>
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int label)
                    ? throw file.Error(line.Number, $"the label '{text}' is not a number. Correct or remove the line.")
                : label >= classes ? throw file.Error(
                    line.Number, $"the label {label} is unknown: labels.txt has the classes 0 to {classes - 1}. Take all files of the same edition.")
                : label)];
            string id = parts[0][(at + Mark.Length)..];
            return new AnnotatedVideo(id, id, [labels], path, line.Number);
        }), out repeated);
    }
}
