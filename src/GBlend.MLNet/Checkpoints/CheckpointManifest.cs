using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>What <c>checkpoint.json</c> says.</summary>
/// <param name="Seed">The seed of the training.</param>
/// <param name="Number">How many checkpoints of the training were written before, which makes the names of files new.</param>
/// <param name="IsFinished">Whether the training is over, and the files are its model.</param>
/// <param name="Identity">What is trained, by which code: names and texts.</param>
/// <param name="Files">The other files, by their names in the checkpoint.</param>
/// <param name="Values">Where the training stands.</param>
internal sealed record CheckpointManifest(
    int Seed, int Number, bool IsFinished, IReadOnlyDictionary<string, string> Identity, IReadOnlyDictionary<string, CheckpointFile> Files, JsonObject Values)
{
    internal const string Remedy = "Take an unaltered copy, or delete the folder to begin again.";
    private const string Format = "GBlend.MLNet checkpoint";

    /// <summary>Raised when a checkpoint can no longer be read by older versions of the library.</summary>
    private const int Version = 1;

    /// <summary>Writes the file in place of the one there is.</summary>
    internal void Write(string path)
    {
        var content = new JsonObject
        {
            ["seed"] = Seed,
            ["number"] = Number,
            ["isFinished"] = IsFinished,
            ["identity"] = new JsonObject(Identity.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
            ["files"] = new JsonObject(Files.Select(f => KeyValuePair.Create(f.Key,
                (JsonNode?)new JsonObject { ["name"] = f.Value.Name, ["sha256"] = f.Value.Sha256 }))),
            ["values"] = Values.DeepClone(),
        };
        var manifest = new JsonObject { ["format"] = Format, ["version"] = Version, ["sha256"] = Digest(content), ["content"] = content };
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(manifest.ToJsonString())));
    }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is truncated, altered, too large or of a newer version.</exception>
    internal static CheckpointManifest Read(string path)
    {
        long length = new FileInfo(path).Length;
        if (length > FileLimits.MostSettings)
            throw new InvalidDataException($"The checkpoint '{path}' is refused: it has {length} bytes, and at most {FileLimits.MostSettings} are "
                + $"read. {Remedy}");
        byte[] bytes = File.ReadAllBytes(path);
        return Refusal.Of($"The values in '{path}'", Remedy, () =>
        {
            var manifest = JsonNode.Parse(bytes) as JsonObject;
            if (manifest is null || manifest["format"]?.ToString() != Format)
                throw new InvalidDataException($"'{path}' is not the file of a {Format}. {Remedy}");
            if (manifest.Whole("version") is var version && version > Version)
                throw new InvalidDataException($"The checkpoint '{path}' was written by a newer GBlend.MLNet: it has format version {version}, this "
                    + $"one reads up to {Version}. Update GBlend.MLNet, or delete the folder to begin again.");
            var content = manifest.Object("content");
            if (Digest(content) != manifest.Text("sha256"))
                throw new InvalidDataException($"The checkpoint '{path}' was altered after it was written: its SHA-256 is not the one in it. {Remedy}");
            return new CheckpointManifest(content.Whole("seed"), content.Whole("number"), content.Flag("isFinished"),
                content.Object("identity").ToDictionary(i => i.Key, i => i.Value!.ToString()),
                content.Object("files").ToDictionary(f => f.Key, f => new CheckpointFile(f.Value!.AsObject().Text("name"), f.Value.AsObject().Text("sha256"))),
                content.Object("values"));
        });
    }

    private static string Digest(JsonObject content) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())));
}
