using System.Text;

namespace GBlend.MLNet;

/// <summary>What messages say of a file: texts from it are short, and without characters that would make a terminal or a log do something.</summary>
internal static class Show
{
    private const int MostCharacters = 80;

    internal static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    internal static string Text(string text)
    {
        var shown = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MostCharacters)))
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return text.Length > MostCharacters ? shown.Append("...").ToString() : shown.ToString();
    }
}
