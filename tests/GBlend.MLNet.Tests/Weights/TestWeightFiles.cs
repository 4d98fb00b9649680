using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace GBlend.MLNet.Tests;

/// <summary>Small weight files made by the tests themselves, in all formats that are read.</summary>
internal static class TestWeightFiles
{
    internal static readonly TestStorage Floats = new("FloatStorage", "0", 4, MemoryMarshal.AsBytes<float>([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]).ToArray());
    internal static readonly TestStorage Longs = new("LongStorage", "1", 8, MemoryMarshal.AsBytes<long>([7]).ToArray());
    internal static readonly TestStorage Halves = new("HalfStorage", "2", 2, MemoryMarshal.AsBytes<Half>([(Half)0.5f, (Half)(-2f)]).ToArray());
    internal static readonly TestStorage[] All = [Floats, Longs, Halves];

    /// <summary>A dict of a matrix, its transpose over the same storage, one row of it, a counter and two halves.</summary>
    internal static byte[] Pickle(string prefix = "", bool isLegacy = false, Action<PickleWriter>? more = null)
    {
        var pickle = new PickleWriter().OrderedDict().Memo().Op('(')
            .Text(prefix + "layer.weight").Tensor(Floats, 0, [3, 4], [4, 1], isLegacy)
            .Text(prefix + "layer.turned").Tensor(Floats, 0, [4, 3], [1, 4], isLegacy)
            .Text(prefix + "layer.row").Tensor(Floats, 4, [4], [1], isLegacy)
            .Text(prefix + "layer.count").Tensor(Longs, 0, [], [], isLegacy)
            .Text(prefix + "halves").Tensor(Halves, 0, [2], [1], isLegacy)
            .Op('u');
        more?.Invoke(pickle);
        return pickle.ToArray();
    }

    internal static void AssertHasTensors(StateDict given)
    {
        Assert.Equal(["layer.weight", "layer.turned", "layer.row", "layer.count", "halves"], given.Keys);
        Assert.Equal([3, 4], given["layer.weight"].Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], given["layer.weight"].ToFloats());
        Assert.Equal([4, 3], given["layer.turned"].Shape);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], given["layer.turned"].ToFloats());
        Assert.Equal([4, 5, 6, 7], given["layer.row"].ToFloats());
        Assert.Equal([], given["layer.count"].Shape);
        Assert.Equal(ElementType.Int64, given["layer.count"].Type);
        Assert.Equal([7.0], given["layer.count"].ToDoubles());
        Assert.Equal([0.5f, -2f], given["halves"].ToFloats());
    }

    /// <summary>What torch.save writes since 1.6.</summary>
    internal static byte[] Zip(byte[] pickle, IEnumerable<TestStorage>? storages = null, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("archive/data.pkl", pickle);
            Add("archive/byteorder", "little"u8);
            foreach (var storage in storages ?? All)
                Add($"archive/data/{storage.Key}", storage.Bytes);
            Add("archive/version", "3\n"u8);

            void Add(string name, ReadOnlySpan<byte> content)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    /// <summary>What torch.save wrote before.</summary>
    internal static byte[] Legacy(byte[] pickle, IEnumerable<TestStorage>? storages = null)
    {
        using var bytes = new MemoryStream();
        bytes.Write([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.']);
        bytes.Write(new PickleWriter().Number(1001).ToArray());
        bytes.Write(new PickleWriter().Op('}').Op('(').Text("protocol_version").Number(1001).Text("little_endian").Raw(0x88).Op('u').ToArray());
        bytes.Write(pickle);
        var keys = new PickleWriter().Op(']').Op('(');
        foreach (var storage in storages ?? All)
            keys.Text(storage.Key);
        bytes.Write(keys.Op('e').ToArray());
        foreach (var storage in storages ?? All)
        {
            var count = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(count, storage.Count);
            bytes.Write(count);
            bytes.Write(storage.Bytes);
        }
        return bytes.ToArray();
    }

    /// <summary>A safetensors file of a header and data, however wrong.</summary>
    internal static byte[] Safetensors(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return [.. length, .. json, .. new byte[dataBytes]];
    }

    internal static StateDict Load(byte[] content) => StateDict.Load(new MemoryStream(content));

    internal static byte[] Save(StateDict weights)
    {
        using var bytes = new MemoryStream();
        weights.Save(bytes);
        return bytes.ToArray();
    }
}
