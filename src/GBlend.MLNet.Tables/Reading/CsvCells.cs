using System.Globalization;
using System.Text.RegularExpressions;

namespace GBlend.MLNet.Tables;

/// <summary>
/// Writes the cells of a column as one that reads them by the rules of no country expects: decimal commas and thousands, percent and currency signs,
/// day.month.year, and what says that there is no value. A cell that is none of these stays as it is.
/// </summary>
internal static partial class CsvCells
{
    /// <summary>Writes the cells of a column.</summary>
    /// <param name="cells">The cells, which are replaced.</param>
    /// <param name="commaIsDecimal">Whether cells are not separated by commas, so that a comma in a number is a decimal one.</param>
    internal static void Write(List<string> cells, bool commaIsDecimal)
    {
        bool dotsAreThousands = commaIsDecimal && cells.Exists(cell => DecimalComma().IsMatch(cell));
        for (int i = 0; i < cells.Count; i++)
            cells[i] = Written(cells[i], commaIsDecimal, dotsAreThousands);
    }

    private static string Written(string cell, bool commaIsDecimal, bool dotsAreThousands)
    {
        if (ColumnInference.IsMissing(cell))
            return "";
        if (DayMonthYear().IsMatch(cell)
            && DateTime.TryParseExact(cell.Trim(), "d.M.yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (Number().Match(cell) is not { Success: true } match)
            return cell;
        string number = match.Groups["number"].Value;
        if (commaIsDecimal && DecimalComma().IsMatch(number))
            return number.Replace(".", "", StringComparison.Ordinal).Replace(',', '.');
        if (dotsAreThousands && DotThousands().IsMatch(number))
            return number.Replace(".", "", StringComparison.Ordinal);
        if (!commaIsDecimal && CommaThousands().IsMatch(number))
            return number.Replace(",", "", StringComparison.Ordinal);
        return number.Contains(',', StringComparison.Ordinal) ? cell : number;
    }

    /// <summary>A number that is all there is in a cell, but for a sign of a currency or of percent.</summary>
    [GeneratedRegex(@"^\s*[$€£]?\s*(?<number>[-+]?\d[\d.,]*)\s*[%$€£]?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"^\s*[$€£]?\s*[-+]?(\d{1,3}(\.\d{3})+|\d+),\d+\s*[%$€£]?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalComma();

    [GeneratedRegex(@"^[-+]?\d{1,3}(\.\d{3})+$", RegexOptions.CultureInvariant)]
    private static partial Regex DotThousands();

    [GeneratedRegex(@"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex CommaThousands();

    [GeneratedRegex(@"^\s*\d{1,2}\.\d{1,2}\.\d{4}\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex DayMonthYear();
}
