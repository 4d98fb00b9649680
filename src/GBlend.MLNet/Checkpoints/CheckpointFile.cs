using System.Security.Cryptography;

namespace GBlend.MLNet;

/// <summary>A file that a checkpoint names, with the SHA-256 of its content.</summary>
/// <param name="Name">The name of the file in the folder.</param>
/// <param name="Sha256">The digest in hexadecimal digits.</param>
internal sealed record CheckpointFile(string Name, string Sha256)
{
    /// <summary>Writes a file, which is on the disk when this returns.</summary>
    internal static CheckpointFile Write(string folder, string name, Action<Stream> write)
    {
        using var hash = SHA256.Create();
        AtomicFile.Write(Path.Combine(folder, name), stream =>
        {
            using var through = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true);
            write(through);
        });
        return new(name, Convert.ToHexString(hash.Hash!));
    }

    /// <summary>Reads the content.</summary>
    /// <exception cref="InvalidDataException">It is missing, too large, truncated or altered.</exception>
    internal byte[] Read(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, Name));
        if (Path.GetFileName(Name) != Name || !file.Exists)
            throw new InvalidDataException($"The checkpoint in '{folder}' lacks its file '{Show.Text(Name)}'. {CheckpointManifest.Remedy}");
        if (file.Length > FileLimits.MostWeights)
            throw new InvalidDataException($"The file '{Show.Text(Name)}' of the checkpoint in '{folder}' is refused: it has {file.Length} bytes, and "
                + $"at most {FileLimits.MostWeights} are read. {CheckpointManifest.Remedy}");
        byte[] content = File.ReadAllBytes(file.FullName);
        return Convert.ToHexString(SHA256.HashData(content)) == Sha256
            ? content
            : throw new InvalidDataException($"The file '{Show.Text(Name)}' of the checkpoint in '{folder}' was truncated or altered: its SHA-256 is "
                + $"not the one in the checkpoint. {CheckpointManifest.Remedy}");
    }
}
