using System.Globalization;
using System.Text.RegularExpressions;

namespace GBlend.MLNet.Tables;

/// <summary>Infers what a column of text is, from its values alone.</summary>
internal static partial class ColumnInference
{
    /// <summary>Whole numbers with at most so many different values, each in several rows, are codes.</summary>
    private const int MostCodes = 20;

    /// <summary>Categories may have so many different values, the first ones that come; another one counts as none of them.</summary>
    internal const int MostCategories = 100;

    /// <summary>Files that are opened to see what a column of paths leads to.</summary>
    private const int FilesToOpen = 20;

    private const double WordsOfText = 2.5;

    private static readonly string[] s_groups = [
        "person", "people", "user", "customer", "patient", "speaker", "subject", "camera", "session", "group", "site", "device", "author"];

    /// <summary>What a column is taken for.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="all">Its values, as text; empty for a missing one.</param>
    /// <param name="folder">The folder that relative paths begin at.</param>
    internal static TableColumn Infer(string name, IReadOnlyList<string> all, string folder)
    {
        string[] values = [.. all.Where(v => !IsMissing(v))];
        int distinct = values.Distinct(StringComparer.Ordinal).Count(), missing = all.Count - values.Length;
        bool areNumbers = values.Length > 0 && values.All(IsNumber), areWhole = areNumbers && values.All(IsWhole);
        var (kind, why) = Kind(values, distinct, areNumbers, areWhole, folder);
        double rowsPerValue = distinct == 0 ? 0 : (double)values.Length / distinct;
        return new(name, kind, why, values.Length, missing, distinct)
        {
            IsWhole = areWhole,
            IsText = true,
            MayGroupRows = distinct > 2 && rowsPerValue >= 2 && !(areNumbers && !areWhole)
                && s_groups.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)),
        };
    }

    /// <summary>Whether a cell says that there is no value.</summary>
    internal static bool IsMissing(string value) => value.Trim() is "" or "NA" or "N/A" or "NaN" or "nan" or "null" or "NULL" or "?";

    /// <summary>Whether ML.NET reads a number in a text: with a point, without spaces and thousands.</summary>
    internal static bool IsNumber(string value) =>
        double.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out double number) && double.IsFinite(number);

    private static bool IsWhole(string value) => double.Parse(value, CultureInfo.InvariantCulture) is var number && number == Math.Floor(number);

    /// <summary>A date has a year: without one, a parser takes that of the day on which it runs.</summary>
    internal static bool IsDate(string value) =>
        Year().IsMatch(value) && value.AsSpan().IndexOfAny('-', '/', ':') > 0
            && DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    [GeneratedRegex(@"(?<!\d)\d{4}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    private static (ColumnKind, string) Kind(string[] values, int distinct, bool areNumbers, bool areWhole, string folder)
    {
        int count = values.Length;
        if (count == 0)
            return (ColumnKind.LeftOut, "no row has a value");
        if (distinct == 1)
            return (ColumnKind.LeftOut, "all rows have the same value");
        if (areNumbers)
        {
            if (areWhole && distinct == count && count > 2 && IsRunning(values))
                return (ColumnKind.LeftOut, "a running number");
            return areWhole && distinct is > 2 and <= MostCodes && count >= 10 * distinct
                && values.All(v => Math.Abs(double.Parse(v, CultureInfo.InvariantCulture)) < 1e6)
                && !IsCount(values, distinct)
                ? (ColumnKind.Category, $"{distinct} whole numbers that look like codes") : (ColumnKind.Number, "numbers");
        }
        if (values.All(IsDate))
            return (ColumnKind.Date, "dates or times");
        string[] paths = [.. values.Where(MediaContent.HasExtension)];
        if (paths.Length > count / 2)
            return Media(paths, folder);
        double words = values.Take(1000).Average(v => v.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        bool repeats = distinct <= Math.Max(MostCodes, count / 5);
        if (repeats && distinct <= MostCategories && !(words > 2 * WordsOfText && distinct > MostCodes))
            return (ColumnKind.Category, $"{distinct} values");
        if (words >= WordsOfText)
            return (ColumnKind.Text, string.Create(CultureInfo.InvariantCulture, $"text of {words:0} words on average"));
        if (distinct > 0.95 * count)
            return words > 1.2 ? (ColumnKind.Text, "short texts") : (ColumnKind.LeftOut, "a value per row, as names and ids have");
        return distinct <= MostCategories || words <= 1.5
            ? (ColumnKind.Category, distinct <= MostCategories ? $"{distinct} values" : $"the first {MostCategories} of {distinct} values")
            : (ColumnKind.Text, "short texts");
    }

    /// <summary>Whether whole numbers are every one in a row, as ages and counts have more neighbors than codes: many values without a gap from 0 or
    /// 1.</summary>
    private static bool IsCount(string[] values, int distinct)
    {
        var numbers = values.Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToHashSet();
        return distinct > 10 && numbers.Min() is 0 or 1 && numbers.Max() - numbers.Min() < 1.5 * distinct;
    }

    private static bool IsRunning(string[] values)
    {
        double[] sorted = [.. values.Select(v => double.Parse(v, CultureInfo.InvariantCulture)).Order()];
        return sorted[^1] - sorted[0] == sorted.Length - 1;
    }

    private static (ColumnKind, string) Media(string[] paths, string folder)
    {
        // Drawn, because files that are missing may stand in a pattern.
        string[] looked = [.. paths];
        new Random(1).Shuffle(looked);
        looked = looked[..Math.Min(FilesToOpen, looked.Length)];
        ColumnKind?[] kinds = [.. looked.Select(path => MediaContent.Of(FullPath(path, folder)))];
        int found = looked.Count(path => File.Exists(FullPath(path, folder)));
        if (found == 0)
            return (ColumnKind.LeftOut, $"paths of media files ('{looked[0]}'), but none of {looked.Length} is there (looked in {Path.GetFullPath(folder)})");
        return kinds.OfType<ColumnKind>().GroupBy(k => k).OrderByDescending(g => g.Count()).FirstOrDefault() is { } most
            ? (most.Key, $"paths; {most.Count()} of {looked.Length} files that were opened are {Word(most.Key)}")
            : (ColumnKind.LeftOut, $"paths of files that are no pictures, videos or sound ('{looked[0]}')");
    }

    internal static string FullPath(string path, string folder) => Path.IsPathFullyQualified(path) ? path : Path.Combine(folder, path);

    private static string Word(ColumnKind kind) => kind switch { ColumnKind.Image => "pictures", ColumnKind.Video => "videos", _ => "sound" };
}
