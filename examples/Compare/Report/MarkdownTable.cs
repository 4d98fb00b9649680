using System.Text;

namespace Compare;

/// <summary>A table in Markdown whose columns are also in line on a terminal: the first to the left, the others to the right.</summary>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. header.Select((title, i) => Math.Max(3, _rows.Select(r => r[i].Length).Append(title.Length).Max()))];
        var text = new StringBuilder();
        void Line(string[] cells) =>
            text.Append("| ").AppendJoin(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))).Append(" |\n");
        Line(header);
        Line([.. widths.Select((w, i) => i == 0 ? new string('-', w) : new string('-', w - 1) + ":")]);
        _rows.ForEach(Line);
        return text.ToString();
    }
}
