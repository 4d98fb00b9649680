namespace GBlend.MLNet;

/// <summary>Takes a whole file into memory and tells by its first bytes how to read it.</summary>
internal static class StateDictFormats
{
    internal static StateDict Read(Stream stream)
    {
        var content = ReadToEnd(stream);
        return Refusal.Of("The weights", "Take an unaltered copy.", () => Read(content));
    }

    private static StateDict Read(ReadOnlyMemory<byte> content)
    {
        var budget = new MemoryBudget(content.Length);
        return StoredZip.IsOne(content.Span) ? PyTorchFile.ReadZip(content, budget)
            : PyTorchFile.IsLegacy(content.Span) ? PyTorchFile.ReadLegacy(content, budget)
            : Safetensors.IsOne(content.Span) ? Safetensors.Read(content, budget)
            : throw new InvalidDataException("The weights have no format that is known here: neither PyTorch's (torch.save of a state dict) nor safetensors. "
                + "The file may be truncated, or a download of something else.");
    }

    private static ReadOnlyMemory<byte> ReadToEnd(Stream stream)
    {
        if (!stream.CanSeek)
            return ReadUnknownLength(stream);
        long length = stream.Length - stream.Position;
        if (length > Array.MaxLength)
            throw TooLarge();
        var content = new byte[Math.Max(length, 0)];
        int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return content.AsMemory(0, read);
    }

    /// <summary>The buffer doubles as content really comes.</summary>
    private static ReadOnlyMemory<byte> ReadUnknownLength(Stream stream)
    {
        var content = new byte[1 << 16];
        int count = 0;
        while (true)
        {
            int read = stream.Read(content, count, content.Length - count);
            count += read;
            if (read == 0)
                return content.AsMemory(0, count);
            if (count == Array.MaxLength)
                throw TooLarge();
            if (count == content.Length)
                Array.Resize(ref content, (int)Math.Min(2L * count, Array.MaxLength));
        }
    }

    private static InvalidDataException TooLarge() =>
        new("The weights are larger than 2 GiB, which is more than is read here. Save the weights alone, without the optimizer's state.");
}
