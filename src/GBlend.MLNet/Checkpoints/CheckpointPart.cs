namespace GBlend.MLNet;

/// <summary>What a training needs to go on, as it is at a moment between two steps.</summary>
/// <param name="Seed">The seed of the training.</param>
/// <param name="Values">All that is not tensors.</param>
/// <param name="Parts">The tensors.</param>
internal sealed record Checkpoint(int Seed, System.Text.Json.Nodes.JsonObject Values, IReadOnlyList<CheckpointPart> Parts);

/// <summary>A file of a checkpoint, which is written only when it has changed.</summary>
/// <param name="Name">Its name in the checkpoint, which ends its file's name.</param>
/// <param name="Version">Another number for another content, as long as the process lives.</param>
/// <param name="Write">Writes the content.</param>
internal sealed record CheckpointPart(string Name, long Version, Action<Stream> Write);
