using System.Text;
using System.Text.Unicode;

namespace Examples;

/// <summary>A text file of the user's. What is wrong with it is said with file, line and remedy.</summary>
/// <param name="Path">Its path, for messages.</param>
/// <param name="Text">All of it, without a byte order mark.</param>
internal sealed record TextFile(string Path, string Text)
{
    /// <summary>Reads a whole file: UTF-8, with or without a byte order mark, or UTF-16 with one. No byte is guessed at, so that no two labels become
    /// one.</summary>
    /// <exception cref="UserErrorException">There is no such file, it is empty, or bytes are no text.</exception>
    public static TextFile Read(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"There is no file {path}.");
        string text = Decode(path, File.ReadAllBytes(path));
        return string.IsNullOrWhiteSpace(text) ? throw new UserErrorException($"{path} is empty.") : new TextFile(path, text);
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

    private static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        bool isBig = bytes.StartsWith<byte>([0xFE, 0xFF]);
        if (isBig || bytes.StartsWith<byte>([0xFF, 0xFE]))
            return DecodeUtf16(path, bytes[2..], isBig);
        int mark = bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF]) ? 3 : 0;
        var text = new char[bytes.Length];
        Utf8.ToUtf16(bytes[mark..], text, out int read, out int written, replaceInvalidSequences: false);
        int at = mark + read;
        if (at == bytes.Length)
            return new string(text, 0, written);
        int line = bytes[..at].Count((byte)'\n') + 1, place = at - bytes[..at].LastIndexOf((byte)'\n');
        throw new UserErrorException(
            $"{path}, line {line}: the byte 0x{bytes[at]:X2} (number {place} of the line, {at + 1} of the file) is not UTF-8. Save the file as UTF-8, or "
                + $"download it again.");
    }

    private static string DecodeUtf16(string path, ReadOnlySpan<byte> bytes, bool isBig)
    {
        try
        {
            return new UnicodeEncoding(isBig, byteOrderMark: true, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new UserErrorException($"{path} begins as UTF-16 and is none further on. Save the file as UTF-8.");
        }
    }
}
