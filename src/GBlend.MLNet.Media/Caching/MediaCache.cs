using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace GBlend.MLNet;

/// <summary>Keeps decoded rows. One object may serve several transforms and threads.</summary>
/// <remarks>
/// A row is found again by the path, size and time of change of its file (or the content of a row in memory) and the settings of the
/// transform, so a changed file or setting is decoded again.
/// </remarks>
public abstract class MediaCache
{
    private protected MediaCache()
    {
    }

    /// <summary>Keeps rows in memory until a budget is used up; rows that come later are decoded on every pass.</summary>
    /// <param name="megabytes">The budget in units of 1,048,576 bytes. Default 1024.</param>
    /// <exception cref="ArgumentOutOfRangeException">The budget is below 1.</exception>
    public static MediaCache InMemory(int megabytes = 1024)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(megabytes, 1);
        return new Memory((long)megabytes << 20);
    }

    /// <summary>Keeps rows in a folder, one file each, for later processes too.</summary>
    /// <param name="path">The folder; it is made if need be. Delete it to empty the cache.</param>
    /// <remarks>A file appears whole or not at all, so the process may be killed at any time, and several processes may share a folder.</remarks>
    public static MediaCache InFolder(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new Folder(Path.GetFullPath(path));
    }

    /// <summary>The key of a row of a transform. Its first number changes when the same settings give other values than before.</summary>
    /// <param name="settings">The transform and its settings.</param>
    /// <param name="identity">What changes when the content of the row's file does.</param>
    /// <param name="name">The file's name, which random clips are drawn from.</param>
    internal static byte[] Key(string settings, string identity, string name) => SHA256.HashData(Encoding.UTF8.GetBytes($"4\n{settings}\n{identity}\n{name}"));

    internal abstract T[]? Find<T>(byte[] key, int length) where T : unmanaged;

    internal abstract void Keep<T>(byte[] key, ReadOnlySpan<T> values) where T : unmanaged;

    private sealed class Memory(long budget) : MediaCache
    {
        private readonly ConcurrentDictionary<string, Array> _rows = new();
        private long _used;

        internal override T[]? Find<T>(byte[] key, int length) => _rows.TryGetValue(Convert.ToHexString(key), out var values) ? (T[])values : null;

        internal override unsafe void Keep<T>(byte[] key, ReadOnlySpan<T> values)
        {
            long size = (long)values.Length * sizeof(T);
            if (Interlocked.Add(ref _used, size) > budget || !_rows.TryAdd(Convert.ToHexString(key), values.ToArray()))
                Interlocked.Add(ref _used, -size);
        }
    }

    private sealed class Folder(string path) : MediaCache
    {
        // The first bytes of each file, then its length in bytes and the hash of its values: a file that was altered is decoded again.
        private static readonly byte[] Magic = "GBMEDIA1"u8.ToArray();
        private const int HeaderSize = 16 + SHA256.HashSizeInBytes;

        internal override T[]? Find<T>(byte[] key, int length)
        {
            string file = FileOf(key);
            if (!File.Exists(file))
                return null;
            using var stream = File.OpenRead(file);
            var values = new T[length];
            var bytes = MemoryMarshal.AsBytes(values.AsSpan());
            Span<byte> header = stackalloc byte[HeaderSize];
            bool isWhole = stream.Length == HeaderSize + bytes.Length
                && stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
                && header[..8].SequenceEqual(Magic)
                && stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
                && header[16..].SequenceEqual(SHA256.HashData(bytes));
            return isWhole ? values : null;
        }

        internal override void Keep<T>(byte[] key, ReadOnlySpan<T> values)
        {
            string file = FileOf(key);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var bytes = MemoryMarshal.AsBytes(values).ToArray();
            AtomicFile.Write(file, stream =>
            {
                Span<byte> header = stackalloc byte[HeaderSize];
                Magic.CopyTo(header);
                BinaryPrimitives.WriteInt64LittleEndian(header[8..], bytes.Length);
                SHA256.HashData(bytes, header[16..]);
                stream.Write(header);
                stream.Write(bytes);
            });
        }

        private string FileOf(byte[] key)
        {
            string name = Convert.ToHexString(key);
            return Path.Combine(path, name[..2], name + ".row");
        }
    }
}
