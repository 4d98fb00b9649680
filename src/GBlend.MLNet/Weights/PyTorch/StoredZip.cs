using System.Buffers.Binary;
using System.Text;

namespace GBlend.MLNet;

/// <summary>
/// A zip file as PyTorch writes it: its entries are stored, not compressed, so that they are read where they lie and nothing in the file
/// can swell. What needs the zip64 extension (over 2 GiB, or 65,535 entries) is refused.
/// </summary>
internal sealed class StoredZip
{
    private const uint LocalSignature = 0x04034B50, CentralSignature = 0x02014B50, EndSignature = 0x06054B50;
    private const int LocalBytes = 30, CentralBytes = 46, EndBytes = 22;

    private readonly ReadOnlyMemory<byte> _content;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="InvalidDataException">The directory is truncated or damaged, or has entries twice.</exception>
    internal StoredZip(ReadOnlyMemory<byte> content, MemoryBudget budget)
    {
        _content = content;
        var file = content.Span;
        int end = FindEnd(file);
        int count = Number16(file, end + 10);
        if (count == ushort.MaxValue)
            throw new InvalidDataException("The weights are a zip file of 65,535 entries or more, which is not read here.");
        long at = Number32(file, end + 16);
        for (int i = 0; i < count; i++)
        {
            if (at + CentralBytes > end || Number32(file, at) != CentralSignature)
                throw Damaged("its directory is not where it should be");
            int nameLength = Number16(file, at + 28);
            if (at + CentralBytes + nameLength > end)
                throw Damaged("its directory ends too early");
            budget.Charge(2 * nameLength + 160);
            string name = Encoding.Latin1.GetString(file.Slice((int)at + CentralBytes, nameLength));
            var entry = new Entry(Number32(file, at + 42), Number32(file, at + 20), Number32(file, at + 24), Number32(file, at + 16), Number16(file, at + 10),
                Number16(file, at + 8));
            if (!_entries.TryAdd(name, entry))
                throw Damaged($"'{Show.Text(name)}' is in it twice");
            at += CentralBytes + nameLength + Number16(file, at + 30) + Number16(file, at + 32);
        }
    }

    internal IEnumerable<string> Names => _entries.Keys;

    internal static bool IsOne(ReadOnlySpan<byte> content) => content.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(content) == LocalSignature;

    /// <summary>The bytes of an entry, where they lie, after a look at their checksum; <see langword="null"/> when there is none of that name.</summary>
    /// <exception cref="InvalidDataException">It is compressed, lies outside the file or is damaged.</exception>
    internal ReadOnlyMemory<byte>? Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
            return null;
        if (entry.Method != 0 || (entry.Flags & 1) != 0 || entry.PackedBytes != entry.Bytes)
            throw new InvalidDataException("The weights are in a compressed or encrypted zip file, which PyTorch does not write and which is not read here. "
                + "Unpack it, or save the weights again with torch.save.");
        var file = _content.Span;
        if (entry.Header + LocalBytes > file.Length || Number32(file, entry.Header) != LocalSignature)
            throw Damaged($"'{Show.Text(name)}' is not where it should be");
        long start = entry.Header + LocalBytes + Number16(file, entry.Header + 26) + Number16(file, entry.Header + 28);
        if (start + entry.Bytes > file.Length)
            throw Damaged($"'{Show.Text(name)}' ends too early");
        var bytes = _content.Slice((int)start, (int)entry.Bytes);
        return Crc32.Of(bytes.Span) == entry.Crc ? bytes : throw Damaged($"'{Show.Text(name)}' does not fit its checksum");
    }

    /// <summary>The end record is the last thing in the file but for a comment, whose length it says.</summary>
    private static int FindEnd(ReadOnlySpan<byte> file)
    {
        for (int at = file.Length - EndBytes; at >= Math.Max(0, file.Length - EndBytes - ushort.MaxValue); at--)
        {
            if (Number32(file, at) == EndSignature && at + EndBytes + Number16(file, at + 20) == file.Length)
                return at;
        }
        throw Damaged("its end is missing");
    }

    private static int Number16(ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt16LittleEndian(file[(int)at..]);

    private static long Number32(ReadOnlySpan<byte> file, long at) => BinaryPrimitives.ReadUInt32LittleEndian(file[(int)at..]);

    private static InvalidDataException Damaged(string what) => new($"The weights are truncated or damaged: a zip file, but {what}.");

    private readonly record struct Entry(long Header, long PackedBytes, long Bytes, long Crc, int Method, int Flags);
}
