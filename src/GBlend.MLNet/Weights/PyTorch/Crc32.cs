namespace GBlend.MLNet;

/// <summary>The checksum of zip files: the remainder of the bits by the reversed polynomial 0xEDB88320.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        uint value = (uint)i;
        for (int bit = 0; bit < 8; bit++)
            value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        return value;
    })];

    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint value = uint.MaxValue;
        foreach (byte b in bytes)
            value = s_table[(byte)(value ^ b)] ^ (value >> 8);
        return ~value;
    }
}
