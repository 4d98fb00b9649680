using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>
/// A report: one HTML file that needs no other file, no script and no network, for light and dark screens, phones and paper, with its numbers as JSON inside.
/// </summary>
/// <remarks>
/// Text of users (names of classes, paths) is shown as text, whatever it holds; what can't be seen, such as marks that turn the direction of text around, is
/// shown by its code. The file is well-formed XML too.
/// </remarks>
public abstract class Report
{
    private readonly string _title;
    private readonly IReadOnlyList<XElement> _sections;
    private readonly IReadOnlyList<Figure> _figures;
    private readonly JsonObject _numbers;

    private protected Report(string title, string verdict, IReadOnlyList<XElement> sections, IReadOnlyList<Figure> figures, JsonObject numbers) =>
        (_title, Verdict, _sections, _figures, _numbers) = (title, verdict, sections, figures, numbers);

    /// <summary>The outcome in one sentence, with 95 % intervals where there are rows to know them from.</summary>
    public string Verdict { get; }

    /// <summary>Returns the page as text.</summary>
    /// <returns>HTML.</returns>
    public string ToHtml() => Page.Write(_title, Verdict, _sections, _numbers);

    /// <summary>Returns the numbers of the page, and those that it has no room for.</summary>
    /// <returns>JSON; numbers that are not finite are the texts <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</returns>
    public string ToJson() => Json.Write(_numbers);

    /// <summary>Writes the page to a file, which is there whole or not at all.</summary>
    /// <param name="path">The path of the file. A file that is there is replaced.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public string Save(string path)
    {
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToHtml())));
        return Path.GetFullPath(path);
    }

    /// <summary>Writes every figure as an SVG file, named after the figure, into a folder, which is made where it is missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The full paths of the files.</returns>
    /// <exception cref="IOException">A file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public IReadOnlyList<string> SaveFigures(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        return [.. _figures.Select(figure =>
        {
            string path = Path.GetFullPath(Path.Combine(folder, figure.Name + ".svg"));
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(Page.WriteFigure(figure.Svg))));
            return path;
        })];
    }
}
