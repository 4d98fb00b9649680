using System.Text;

namespace Recipes;

/// <summary>A text file that came with a data set. What is wrong with it is said with file, line and remedy.</summary>
internal sealed class AnnotationFile
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private AnnotationFile(string path, string text) => (Path, Text) = (path, text);

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string Text { get; }

    /// <summary>Reads a whole file as UTF-8.</summary>
    /// <exception cref="UserErrorException">There is no such file, it is empty or not UTF-8.</exception>
    public static AnnotationFile Read(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"There is no file {path}.");
        byte[] bytes = File.ReadAllBytes(path);
        string text;
        try
        {
            text = s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            // .NET counts from the start of what it was given, and from before it for bytes that a sequence lacks.
            int at = Math.Clamp(e.Index, 0, bytes.Length - 1);
            int line = bytes.AsSpan(0, at).Count((byte)'\n') + 1;
            throw new UserErrorException($"{path}, line {line}: the byte 0x{bytes[at]:X2} is not UTF-8. Save the file as UTF-8, or download it again.");
        }
        var file = new AnnotationFile(path, text.StartsWith('\uFEFF') ? text[1..] : text);
        return string.IsNullOrWhiteSpace(file.Text) ? throw new UserErrorException($"{path} is empty. Download it again.") : file;
    }

    /// <summary>The lines that have something on them, with their numbers.</summary>
    public IEnumerable<(int Number, string Text)> Lines()
    {
        using var reader = new StringReader(Text);
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
    }

    /// <summary>An error in a line.</summary>
    public UserErrorException Error(int line, string problem) => new($"{Path}, line {line}: {problem}");
}
