namespace GBlend.MLNet;

/// <summary>What one row has in its media column: a file, or its content.</summary>
/// <param name="Name">For messages, and what random clips are drawn from.</param>
/// <param name="Identity">Changes when the content does.</param>
/// <param name="Path">The file, if it is one.</param>
/// <param name="Content">The content, if it is in memory.</param>
internal sealed record MediaItem(string Name, string Identity, string? Path, ReadOnlyMemory<byte> Content)
{
    /// <summary>Calls a function with a file that has the content: the file itself, or a temporary one.</summary>
    internal T WithFile<T>(Func<string, T> use)
    {
        if (Path is not null)
            return use(Path);
        string temporary = System.IO.Path.GetTempFileName();
        try
        {
            using (var stream = File.OpenWrite(temporary))
                stream.Write(Content.Span);
            return use(temporary);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Calls a function with the content as a stream.</summary>
    internal unsafe T WithStream<T>(Func<Stream, T> use)
    {
        if (Path is not null)
        {
            using var file = File.OpenRead(Path);
            return use(file);
        }
        using var pin = Content.Pin();
        using var memory = new UnmanagedMemoryStream((byte*)pin.Pointer, Content.Length);
        return use(memory);
    }

    internal byte[] ReadAll() => Path is null ? Content.ToArray() : File.ReadAllBytes(Path);
}
