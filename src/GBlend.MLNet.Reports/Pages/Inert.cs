using System.Globalization;
using System.Text;

namespace GBlend.MLNet.Reports;

/// <summary>Text of users as pages show it: nothing in it acts on the page, hides, or changes the order of what is around it.</summary>
internal static class Inert
{
    /// <summary>The characters that a name is cut to.</summary>
    private const int MostOfName = 60;

    /// <summary>What can't be seen, or can't be in a file of markup, becomes its code in brackets.</summary>
    internal static string Text(string text)
    {
        // Most text is plain.
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return text;
        var shown = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' || !IsHidden(rune))
                shown.Append(rune.ToString());
            else
                shown.Append(CultureInfo.InvariantCulture, $"⟨U+{rune.Value:X4}⟩");
        }
        return shown.ToString();
    }

    /// <summary>A name, in one line and cut to a length that a page has room for.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="most">The most characters.</param>
    internal static string Name(string name, int most = MostOfName)
    {
        // Cut before it is shown: hidden characters take more room then.
        string start = name.Length > 4 * most ? name[..(4 * most)] : name;
        string shown = Text(start).Replace("\n", "⟨U+000A⟩");
        if (shown.Length == 0)
            return "(empty)";
        var letters = new StringInfo(shown);
        return start.Length == name.Length && letters.LengthInTextElements <= most ? shown
            : letters.SubstringByTextElements(0, Math.Min(most, letters.LengthInTextElements)) + "…";
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
