using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace GBlend.MLNet;

/// <summary>The files of a vocabulary as published models have them. They are UTF-8; a byte that is none would make two tokens one.</summary>
internal static class VocabularyFile
{
    /// <summary>Reads tokens and their ids from a JSON object.</summary>
    /// <exception cref="InvalidDataException">The file is none; the message names it and the place.</exception>
    internal static Dictionary<string, int> ReadTokens(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, int>>(ReadText(path)) is { Count: > 0 } vocabulary && vocabulary.Values.All(id => id >= 0)
                ? vocabulary
                : throw new InvalidDataException($"The vocabulary '{path}' has no tokens, or ids below 0.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The vocabulary '{path}' must be a JSON object of tokens and their ids: {e.Message}", e);
        }
    }

    /// <summary>Reads merges, one a line.</summary>
    /// <exception cref="InvalidDataException">The file is no text; the message names it and the place.</exception>
    internal static string[] ReadMerges(string path) =>
        [.. ReadText(path).Split('\n').Select(line => line.TrimEnd('\r')).Where(
            line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))];

    private static string ReadText(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        var bytes = file.AsSpan(file.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
        var text = new char[bytes.Length];
        Utf8.ToUtf16(bytes, text, out int read, out int written, replaceInvalidSequences: false);
        if (read == bytes.Length)
            return new string(text, 0, written);
        int at = file.Length - bytes.Length + read, line = bytes[..read].Count((byte)'\n') + 1;
        throw new InvalidDataException(
            $"'{path}', line {line}: the byte 0x{file[at]:X2}, number {at + 1} of the file, is not UTF-8. Save the file as UTF-8, or download it again.");
    }
}
