using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace GBlend.MLNet;

/// <summary>Digests of the rows of a fit, part by part, by which it is told whether they are the rows of another one.</summary>
internal static class RowDigests
{
    private const int Digits = 16;

    /// <summary>Digests of all rows, be they in memory or in a file: names and texts.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="names">The names of the modalities.</param>
    internal static IEnumerable<KeyValuePair<string, string>> Of(TrainingRows rows, IReadOnlyList<string> names)
    {
        var targets = rows.Targets;
        yield return new("the labels", Of(MemoryMarshal.AsBytes<long>(targets.Classes), MemoryMarshal.AsBytes<float>(targets.Values)));
        yield return new("which rows are held out", Of(MemoryMarshal.AsBytes<bool>(rows.HeldOut), MemoryMarshal.AsBytes<int>(rows.Folds)));
        yield return new("the sampling keys", Of(MemoryMarshal.AsBytes<int>(rows.Groups), []));
        yield return new("the weights of the rows", Of(MemoryMarshal.AsBytes<double>(targets.Weights), []));
        for (int i = 0; i < names.Count; i++)
        {
            yield return new($"the rows of '{names[i]}'", Of(rows.Modalities[i]));
            if (rows.Presence?[i] is { } presence)
                yield return new($"which rows have '{names[i]}'", Of(MemoryMarshal.AsBytes<bool>(presence), []));
        }
    }

    private static string Of(RowColumn column)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(column.Width));
        byte[] buffer = [];
        for (int row = 0; row < column.Count; row++)
            hash.AppendData(column.Read(row, 0, column.Width, ref buffer));
        return Convert.ToHexString(hash.GetHashAndReset())[..Digits];
    }

    private static string Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(first.Length));
        hash.AppendData(first);
        hash.AppendData(second);
        return Convert.ToHexString(hash.GetHashAndReset())[..Digits];
    }
}
