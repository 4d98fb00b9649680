using System.Text;

namespace GBlend.MLNet.Tables;

/// <summary>The text of a file: UTF-8, with or without a mark, or UTF-16 with one. Bytes that are neither are refused and not guessed at.</summary>
internal static class CsvText
{
    /// <exception cref="InvalidDataException">A byte is not UTF-8; the message says which and what to do.</exception>
    internal static string Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.AsSpan().StartsWith(Encoding.Unicode.Preamble))
            return Encoding.Unicode.GetString(bytes, 2, bytes.Length - 2);
        if (bytes.AsSpan().StartsWith(Encoding.BigEndianUnicode.Preamble))
            return Encoding.BigEndianUnicode.GetString(bytes, 2, bytes.Length - 2);
        int start = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, start, bytes.Length - start);
        }
        catch (DecoderFallbackException e)
        {
            int place = start + e.Index;
            int line = bytes.AsSpan(0, Math.Clamp(place, 0, bytes.Length)).Count((byte)'\n') + 1;
            throw new InvalidDataException(
                $"{path}, line {line}: byte {place} of the file is not UTF-8. The file is probably in Latin-1 or another encoding of "
                + "its country: save it as UTF-8 (a spreadsheet calls it 'CSV UTF-8') and load it again.", e);
        }
    }
}
