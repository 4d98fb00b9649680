using System.Text.Json;
using System.Text.Json.Nodes;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(MediaTransformer), typeof(MediaTransformerFile), null, typeof(SignatureLoadModel), "Media column", MediaTransformerFile.LoaderSignature)]

namespace GBlend.MLNet;

/// <summary>A media transform inside ML.NET's model file: its settings as JSON, plain data.</summary>
internal static class MediaTransformerFile
{
    internal const string LoaderSignature = "GBlendMedia";
    private const uint Format = 0x00010001;
    private const string Settings = "media.json";

    internal static void Save(ModelSaveContext ctx, MediaTransformer transformer)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version());
        var column = transformer.Column;
        var content = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["kind"] = column.Kind,
            ["output"] = column.Output,
            ["input"] = column.Input,
            ["options"] = MediaColumnKinds.Serialize(column.Options),
        });
        ctx.SaveBinaryStream(Settings, writer => writer.Write(content));
    }

    /// <summary>Called by ML.NET, which finds it by the attribute above.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, altered or newer; the message says which and what to do.</exception>
    internal static MediaTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        if (ctx.Header.ModelVerReadable > Format)
            throw new InvalidDataException($"The model file has a newer format than this version of GBlend.MLNet.Media ({typeof(MediaTransformerFile).Assembly.GetName().Version}) reads. Update GBlend.MLNet.Media.");
        ctx.CheckAtModel(Version());
        byte[] content = [];
        if (!ctx.TryLoadBinaryStream(Settings, reader => content = reader.ReadBytes(checked((int)reader.BaseStream.Length))))
            throw new InvalidDataException($"The model file lacks '{Settings}': it is truncated or altered. Save the model again or take an unaltered copy.");
        try
        {
            var json = JsonNode.Parse(content)!.AsObject();
            string kind = (string)json["kind"]!;
            return new MediaTransformer(env, MediaColumnKinds.Create(kind, (string)json["output"]!, (string)json["input"]!, json["options"]!) ?? throw Unknown(kind));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new InvalidDataException($"The model file's settings can't be understood: {e.Message} Save the model again or take an unaltered copy.");
        }
    }

    private static InvalidDataException Unknown(string kind) =>
        new($"The model file has a media step '{kind}', which this version of GBlend.MLNet.Media does not know. Update GBlend.MLNet.Media.");

    private static VersionInfo Version() => new(
        modelSignature: "GBLMEDIA",
        verWrittenCur: Format,
        verReadableCur: Format,
        verWeCanReadBack: Format,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(MediaTransformerFile).Assembly.GetName().Name!);
}
