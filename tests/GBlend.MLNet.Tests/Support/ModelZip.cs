using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GBlend.MLNet.Tests;

/// <summary>A saved model taken apart. Its entries can be changed and the checksums around them made right again, as somebody who means harm would.</summary>
internal sealed class ModelZip
{
    private readonly Dictionary<string, byte[]> _entries = [];

    internal ModelZip(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        foreach (var entry in zip.Entries)
        {
            using var content = new MemoryStream();
            using (var source = entry.Open())
                source.CopyTo(content);
            _entries.Add(entry.FullName, content.ToArray());
        }
    }

    /// <summary>The full names of all entries.</summary>
    internal IEnumerable<string> Names => _entries.Keys;

    /// <summary>The first entry of a name, in whatever folder.</summary>
    internal byte[] this[string name] => _entries[FullName(name)];

    /// <summary>Changes an entry, and its checksum wherever it is.</summary>
    internal ModelZip Reseal(string name, byte[] content)
    {
        byte[] old = this[name], oldHash = SHA256.HashData(old), newHash = SHA256.HashData(content);
        Set(name, content);
        if (oldHash.SequenceEqual(newHash))
            return this;
        foreach (string key in _entries.Keys.Where(k => k.EndsWith("Model.key", StringComparison.Ordinal)).ToArray())
            _entries[key] = Replace(_entries[key], oldHash, newHash);
        string settings = _entries.Keys.FirstOrDefault(k => k.EndsWith("settings.json", StringComparison.Ordinal)) ?? "";
        if (name == "weights.safetensors" && settings.Length > 0)
            Reseal("settings.json", Replace(_entries[settings], Hex(oldHash), Hex(newHash)));
        return this;

        static byte[] Hex(byte[] hash) => Encoding.ASCII.GetBytes(Convert.ToHexString(hash));
    }

    /// <summary>Changes an entry of JSON, and its checksum wherever it is.</summary>
    internal ModelZip Reseal(string name, Action<JsonObject> change)
    {
        var json = JsonNode.Parse(this[name])!.AsObject();
        change(json);
        return Reseal(name, Encoding.UTF8.GetBytes(json.ToJsonString()));
    }

    /// <summary>Changes an entry and nothing else.</summary>
    internal ModelZip Set(string name, byte[] content)
    {
        _entries[FullName(name)] = content;
        return this;
    }

    internal byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in _entries)
            {
                using var target = zip.CreateEntry(name).Open();
                target.Write(content);
            }
        }
        return stream.ToArray();
    }

    private static byte[] Replace(byte[] content, byte[] old, byte[] replacement)
    {
        var changed = (byte[])content.Clone();
        for (int at = changed.AsSpan().IndexOf(old); at >= 0; at = changed.AsSpan().IndexOf(old))
            replacement.CopyTo(changed, at);
        return changed;
    }

    private string FullName(string name) => _entries.Keys.First(k => k == name || k.Split('/', '\\')[^1] == name);
}
