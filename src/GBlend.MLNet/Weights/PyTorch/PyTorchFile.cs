using System.Buffers.Binary;

namespace GBlend.MLNet;

/// <summary>The two formats of <c>torch.save</c>: a zip file of a pickle and storages, and, before version 1.6, pickles followed by storages.</summary>
internal static class PyTorchFile
{
    private const int Protocol = 1001;
    private static readonly string[] s_dictKeys = ["state_dict", "model_state_dict", "model_state", "model", "net"];

    /// <summary>A pickle of the magic number 0x1950A86A20F9469CFC6C.</summary>
    private static ReadOnlySpan<byte> LegacyMagic => [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, (byte)'.'];

    internal static bool IsLegacy(ReadOnlySpan<byte> content) => content.Length > 2 && content[0] == 0x80 && content[2..].StartsWith(LegacyMagic);

    internal static StateDict ReadZip(ReadOnlyMemory<byte> content, MemoryBudget budget)
    {
        var zip = new StoredZip(content, budget);
        string[] pickles = [.. zip.Names.Where(n => n.EndsWith("/data.pkl", StringComparison.Ordinal) && n.IndexOf('/') == n.LastIndexOf('/'))];
        if (pickles.Length != 1)
            throw new InvalidDataException("The weights are a zip file, but not one of torch.save: it has no data.pkl in its one folder.");
        string folder = pickles[0][..^"data.pkl".Length];
        if (zip.Find(folder + "byteorder") is { } order && !order.Span.SequenceEqual("little"u8))
            throw new InvalidDataException("The weights are refused: they were saved on a big-endian machine. Save them again on another.");
        var reader = new PickleReader(zip.Find(pickles[0])!.Value, budget);
        object? root = reader.Read();
        foreach (var (key, storage) in reader.Storages)
        {
            var bytes = zip.Find($"{folder}data/{key}")
                ?? throw new InvalidDataException($"The weights are damaged: the storage '{Show.Text(key)}' is missing.");
            if (bytes.Length % storage.ElementBytes != 0 || bytes.Length / storage.ElementBytes != storage.Count)
                throw new InvalidDataException(
                    $"The weights are damaged: the storage '{Show.Text(key)}' has {bytes.Length} bytes for {storage.Count} elements of {storage.Element}.");
            storage.Bytes = bytes;
        }
        return ToStateDict(root, budget);
    }

    /// <summary>Magic number, version, a description of the machine, the object, the storages' keys, and then per key a count and the elements.</summary>
    internal static StateDict ReadLegacy(ReadOnlyMemory<byte> content, MemoryBudget budget)
    {
        var reader = new PickleReader(content[(2 + LegacyMagic.Length)..], budget);
        if (reader.Read() is not (long)Protocol)
            throw new InvalidDataException($"The weights are damaged, or of a PyTorch that is not known here: their version is not {Protocol}.");
        if (reader.Read() is not PickleDict machine || !machine.Entries.Any(e => e is { Key: "little_endian", Value: true }))
            throw new InvalidDataException("The weights are refused: they were not saved on a little-endian machine. Save them again on another.");
        object? root = reader.Read();
        if (reader.Read() is not List<object?> keys)
            throw new InvalidDataException("The weights are damaged: the list of their storages is missing.");
        var rest = content[(2 + LegacyMagic.Length + reader.Position)..];
        foreach (object? key in keys)
        {
            if (key is not string name || !reader.Storages.TryGetValue(name, out var storage) || storage.Bytes is not null)
                throw new InvalidDataException("The weights are damaged: the list of their storages has one that no tensor uses, or one twice.");
            if (rest.Length < 8 || BinaryPrimitives.ReadInt64LittleEndian(rest.Span) != storage.Count
                || storage.Count > (rest.Length - 8) / storage.ElementBytes)
                throw new InvalidDataException(
                    $"The weights are truncated or damaged: the storage '{Show.Text(name)}' does not have its {storage.Count} elements.");
            int bytes = (int)storage.Count * storage.ElementBytes;
            storage.Bytes = rest.Slice(8, bytes);
            rest = rest[(8 + bytes)..];
        }
        if (!rest.IsEmpty)
            throw new InvalidDataException("The weights are damaged: there are bytes after the last storage.");
        return ToStateDict(root, budget);
    }

    private static StateDict ToStateDict(object? root, MemoryBudget budget)
    {
        var entries = FindTensors(root);
        budget.Charge(entries.Length * 128L);
        string prefix = entries.All(e => e.Name.StartsWith("module.", StringComparison.Ordinal)) ? "module." : "";
        var tensors = new OrderedDictionary<string, StateTensor>(entries.Length, StringComparer.Ordinal);
        foreach (var (name, view) in entries)
        {
            budget.Charge(prefix.Length == 0 ? 0 : 2 * name.Length + 32);
            if (!tensors.TryAdd(name[prefix.Length..], TensorView.Copy(view, name, budget)))
                throw new InvalidDataException($"The weights are damaged: the tensor '{Show.Text(name)}' is there twice.");
        }
        return new StateDict(tensors);
    }

    /// <summary>The tensors of the state dict: of the object itself, or of the dict that it holds under one of the usual keys.</summary>
    private static (string Name, PickleTensor View)[] FindTensors(object? root)
    {
        if (root is not PickleDict dict)
            throw new InvalidDataException("The weights are no state dict: the file holds something else than a dict. Save model.state_dict().");
        var inner = s_dictKeys.Select(key => dict.Entries.LastOrDefault(e => key.Equals(e.Key)).Value as PickleDict);
        var found = inner.Prepend(dict).Where(d => d is not null).Select(d => TensorsOf(d!)).FirstOrDefault(t => t.Length > 0);
        if (found is null && dict.Entries.Count > 0)
            throw new InvalidDataException($"The weights are no state dict: no entry of the file is a tensor, and no dict of tensors is under {string.Join(", "
                + $"", s_dictKeys)}. It has: {string.Join(", ", dict.Entries.Take(10).Select(e => Show.Text(e.Key as string ?? "(no name)")))}.");
        return found ?? [];
    }

    private static (string Name, PickleTensor View)[] TensorsOf(PickleDict dict) =>
        [.. dict.Entries.Where(e => e is { Key: string, Value: PickleTensor }).Select(e => ((string)e.Key!, (PickleTensor)e.Value!))];
}
