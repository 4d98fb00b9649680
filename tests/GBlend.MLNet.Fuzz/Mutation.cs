using System.Buffers.Binary;

namespace GBlend.MLNet.Fuzz;

/// <summary>Damages a file in ways that are drawn: as drives and cables do, and as people do who know that files have lengths inside.</summary>
internal static class Mutation
{
    private const int Head = 512, Search = 4096, LongestBlock = 4096;

    /// <summary>Damages a file.</summary>
    /// <param name="content">A good file.</param>
    /// <param name="other">Another, of which parts may come in.</param>
    /// <param name="random">What is drawn from.</param>
    /// <returns>The damaged file, and what was done to it.</returns>
    internal static (byte[] Content, string What) Of(byte[] content, byte[] other, Random random)
    {
        var done = new List<string>();
        for (int changes = random.Next(10) switch { < 6 => 1, < 9 => 2, _ => 4 }; changes > 0; changes--)
        {
            (content, string what) = Once(content, other, random);
            done.Add(what);
        }
        return (content, string.Join(", ", done));
    }

    private static (byte[] Content, string What) Once(byte[] content, byte[] other, Random random)
    {
        if (content.Length < 2)
            return (other, "replaced");
        int at = Place(content.Length, random), length = 1 + random.Next(Math.Min(random.Next(2) == 0 ? 16 : LongestBlock, content.Length - at));
        byte[] changed = [.. content];
        switch (random.Next(14))
        {
            case 0 or 1 or 2:
                changed[at] ^= (byte)(1 << random.Next(8));
                return (changed, $"bit flipped at {at}");
            case 3:
                changed[at] = random.Next(3) switch { 0 => 0, 1 => 0xFF, _ => (byte)random.Next(256) };
                return (changed, $"byte {changed[at]} at {at}");
            case 4:
                return (content[..Math.Max(at, 1)], $"cut at {at}");
            case 5:
                return ([.. content[..at], .. content[(at + length)..]], $"{length} removed at {at}");
            case 6:
                return ([.. content[..(at + length)], .. content[at..]], $"{length} doubled at {at}");
            case 7:
                int to = random.Next(content.Length - length + 1);
                content.AsSpan(at, length).CopyTo(changed.AsSpan(to));
                return (changed, $"{length} copied from {at} to {to}");
            case 8:
                if (random.Next(2) == 0)
                    changed.AsSpan(at, length).Clear();
                else
                    random.NextBytes(changed.AsSpan(at, length));
                return (changed, $"{length} overwritten at {at}");
            case 9 or 10:
                return (changed, ChangeLength(changed, at, random));
            case 11:
                int from = random.Next(other.Length);
                return ([.. content[..at], .. other[from..]], $"from {at} on another file from {from} on");
            case 12:
                int head = Math.Min(1 << random.Next(3, 12), Math.Min(content.Length, other.Length));
                return ([.. content[..head], .. other[head..]], $"the first {head} before the rest of another file");
            default:
                int start = random.Next(other.Length), count = Math.Min(length, other.Length - start);
                return ([.. content[..at], .. other.AsSpan(start, count), .. content[at..]], $"{count} of another file at {at}");
        }
    }

    /// <summary>Half of the places are where formats keep what they say of themselves: at the start and at the end.</summary>
    private static int Place(int length, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(Head, length)),
        1 => length - 1 - random.Next(Math.Min(Head, length)),
        _ => random.Next(length),
    };

    /// <summary>Changes a number that may be the length of something, since it is no longer than the file.</summary>
    private static string ChangeLength(byte[] content, int start, Random random)
    {
        int size = random.Next(4) switch { 0 => 2, 1 => 8, _ => 4 };
        bool isLittle = random.Next(2) == 0;
        if (content.Length < size + 2)
            return "nothing";
        start = Math.Min(start, content.Length - size);
        int at = start;
        for (int i = start; i <= content.Length - size && i < start + Search; i++)
        {
            if (Read(content, i, size, isLittle) is > 1 and var found && found <= (ulong)content.Length)
            {
                at = i;
                break;
            }
        }
        ulong value = Read(content, at, size, isLittle);
        ulong[] values =
        [
            0, 1, value - 1, value + 1, value * 2, value / 2, (ulong)content.Length,
            0x7FFF_FFFF, 0x7FFF_F000, 0x8000_0000, 0xFFFF_FFFF, ulong.MaxValue, (ulong)random.NextInt64(),
        ];
        ulong written = values[random.Next(values.Length)];
        Span<byte> bytes = stackalloc byte[8];
        if (isLittle)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, written);
        else
            BinaryPrimitives.WriteUInt64BigEndian(bytes, written);
        (isLittle ? bytes[..size] : bytes[^size..]).CopyTo(content.AsSpan(at));
        return $"{value} made {written} ({size} bytes, {(isLittle ? "little" : "big")} end first) at {at}";
    }

    private static ulong Read(byte[] content, int at, int size, bool isLittle) => (size, isLittle) switch
    {
        (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(content.AsSpan(at)),
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(at)),
        (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at)),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(at)),
        (_, true) => BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(at)),
        _ => BinaryPrimitives.ReadUInt64BigEndian(content.AsSpan(at)),
    };
}
