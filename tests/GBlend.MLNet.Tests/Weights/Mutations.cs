using System.Diagnostics;

namespace GBlend.MLNet.Tests;

/// <summary>Damages files in seeded ways and checks what the reader makes of them: a refusal, or tensors that are whole.</summary>
internal static class Mutations
{
    /// <summary>Loads many files, each with a few bytes, lengths or ranges altered.</summary>
    /// <param name="content">A good file, or what <paramref name="wrap"/> makes one of.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Of the alterations.</param>
    /// <param name="wrap">Makes the file of what was altered, so that checksums around it are right.</param>
    /// <returns>How many loaded.</returns>
    internal static int Check(byte[] content, int count, int seed, Func<byte[], byte[]>? wrap = null)
    {
        var random = new Random(seed);
        int loaded = 0;
        for (int i = 0; i < count; i++)
        {
            var mutated = Mutate(content, random);
            if (LoadOrRefuse(wrap is null ? mutated : wrap(mutated)) is not null)
                loaded++;
        }
        return loaded;
    }

    /// <summary>Every length of a file but the whole is refused.</summary>
    internal static void CheckTruncations(byte[] content)
    {
        for (int length = 0; length < content.Length; length++)
            Assert.Null(LoadOrRefuse(content[..length]));
    }

    /// <summary>Loads within the documented memory and time, or is refused with the documented exception; any other fails the test.</summary>
    internal static StateDict? LoadOrRefuse(byte[] content)
    {
        using var stream = new MemoryStream(content);
        StateDict? loaded = null;
        var watch = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            loaded = StateDict.Load(stream);
        }
        catch (InvalidDataException)
        {
        }

        // All that was ever allocated, dead or alive, and the exception: more than the memory that was held at any time.
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= Math.Max(1 << 20, 4L * content.Length), $"{allocated} bytes allocated for a file of {content.Length}");
        Assert.True(watch.Elapsed.TotalSeconds < 10, $"{watch.Elapsed} for a file of {content.Length} bytes");
        foreach (var tensor in loaded?.Values.Where(t => t.IsRead) ?? [])
            Assert.Equal(tensor.Shape.Aggregate(1L, (product, size) => product * size), tensor.ToDoubles().LongLength);
        return loaded;
    }

    private static byte[] Mutate(byte[] content, Random random)
    {
        var mutated = content.ToList();
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int at = random.Next(mutated.Count), length = random.Next(1, Math.Min(16, mutated.Count - at) + 1);
            switch (random.Next(6))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
                case 3:
                    mutated.RemoveRange(at, Math.Min(length, mutated.Count - 1));
                    break;
                case 4:
                    mutated.InsertRange(at, mutated.GetRange(at, length));
                    break;
                default:
                    for (int i = 0; i < length; i++)
                        mutated[at + i] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. mutated];
    }
}
