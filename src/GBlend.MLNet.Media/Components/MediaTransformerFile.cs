using System.Text.Json;
using System.Text.Json.Nodes;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(MediaTransformer), typeof(MediaTransformerFile), null, typeof(SignatureLoadModel), "Media column", MediaTransformerFile.LoaderSignature)]

namespace GBlend.MLNet;

/// <summary>A media transform inside ML.NET's model file: its settings as JSON, plain data.</summary>
internal static class MediaTransformerFile
{
    internal const string LoaderSignature = "GBlendMedia";
    private const string Settings = "media.json";

    /// <summary>The first version had no checksum.</summary>
    private const uint Format = 0x00010002, WithoutChecksum = 0x00010001;

    private static readonly SavedPart Part = new("GBLMEDIA", LoaderSignature, Format, WithoutChecksum, typeof(MediaTransformerFile));

    internal static void Save(ModelSaveContext ctx, MediaTransformer transformer)
    {
        Part.Begin(ctx);
        var column = transformer.Column;
        SavedPart.Write(ctx, Settings, JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["kind"] = column.Kind,
            ["output"] = column.Output,
            ["input"] = column.Input,
            ["options"] = MediaColumnKinds.Serialize(column.Options),
        }));
    }

    /// <summary>Called by ML.NET, which finds it by the attribute above.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, altered or newer; the message says which and what to do.</exception>
    internal static MediaTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var (column, version) = Part.Load(ctx, version =>
        {
            byte[] content = version == WithoutChecksum
                ? SavedPart.ReadUnchecked(ctx, Settings, SavedPart.MostSettings)
                : SavedPart.Read(ctx, Settings, SavedPart.MostSettings);
            var json = JsonNode.Parse(content)!.AsObject();
            string kind = json.Text("kind");
            return (MediaColumnKinds.Create(kind, json.Text("output"), json.Text("input"), json.Object("options")) ?? throw Unknown(kind), version);
        });
        if (version == WithoutChecksum)
        {
            MediaMessages.Warn(env, column.Kind, $"The step that makes '{column.Output}' was saved by a version of GBlend.MLNet.Media that wrote no checksum, "
                + "so nothing tells whether it was altered. Save the model again.");
        }
        return new MediaTransformer(env, column);
    }

    private static InvalidDataException Unknown(string kind) =>
        new($"The model file has a media step '{Show.Text(kind)}', which this version of GBlend.MLNet.Media does not know. Update GBlend.MLNet.Media.");
}
