using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(GradientBlendingTransformer), typeof(TransformerFile), null, typeof(SignatureLoadModel), "Gradient Blending", TransformerFile.LoaderSignature)]

namespace GBlend.MLNet;

/// <summary>
/// A model inside ML.NET's model file: three streams of plain data, <c>schema.json</c> (the label and the outputs), <c>settings.json</c>
/// and <c>weights.safetensors</c> (the network). The main stream holds the hash of each, so that an altered file is refused.
/// </summary>
internal static class TransformerFile
{
    internal const string LoaderSignature = "GradientBlending";
    private const uint Format = 0x00010001;
    private const string Schema = "schema.json";
    private const string Settings = "settings.json";
    private const string Weights = "weights.safetensors";

    internal static void Save(ModelSaveContext ctx, GradientBlendingTransformer transformer)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version());
        using var settings = new MemoryStream();
        using var weights = new MemoryStream();
        transformer.Use(model => model.Save(settings, weights));
        Write(ctx, Schema, JsonSerializer.SerializeToUtf8Bytes(Describe(transformer)));
        Write(ctx, Settings, settings.ToArray());
        Write(ctx, Weights, weights.ToArray());
    }

    /// <summary>Called by ML.NET, which finds it by the attribute above.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, altered or newer; the message says which and what to do.</exception>
    internal static GradientBlendingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        CheckVersion(ctx);
        byte[] schema = Read(ctx, Schema), settings = Read(ctx, Settings), weights = Read(ctx, Weights);
        try
        {
            return Create(env, JsonNode.Parse(schema)!.AsObject(), settings, weights);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new InvalidDataException($"The model file's settings can't be understood: {e.Message} Save the model again or take an unaltered copy.");
        }
    }

    private static GradientBlendingTransformer Create(IHostEnvironment env, JsonObject schema, byte[] settings, byte[] weights)
    {
        var label = LabelInfo.FromJson(schema["label"]!.AsObject());
        bool outputsBranchScores = (bool)schema["outputsBranchScores"]!;

        // A model trained on a GPU is welcome where there is none; one that was bound to the CPU stays there.
        var device = (string?)schema["device"] == nameof(TrainingDevice.Cpu) ? TrainingDevice.Cpu : TrainingDevice.Auto;
        var environment = env as IHostEnvironmentInternal;
        var model = TrainedModel.Load(new MemoryStream(settings), new MemoryStream(weights), device, environment?.GpuDeviceId, environment?.FallbackToCpu ?? true);
        try
        {
            if (model.Outputs != label.Outputs || model.Task != label.Kind.Task())
                throw new InvalidDataException($"The model file contradicts itself: its network has {model.Outputs} outputs ({model.Task}), its label {label.Outputs} ({label.Kind}). Save the model again.");
            return new GradientBlendingTransformer(model, label, outputsBranchScores, device);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static JsonObject Describe(GradientBlendingTransformer transformer) => new()
    {
        ["writtenBy"] = $"GBlend.MLNet {typeof(TransformerFile).Assembly.GetName().Version}",
        ["label"] = transformer.Label.ToJson(),
        ["outputsBranchScores"] = transformer.OutputsBranchScores,
        ["device"] = transformer.Device.ToString(),
    };

    private static void Write(ModelSaveContext ctx, string name, byte[] content)
    {
        ctx.Writer.Write(SHA256.HashData(content));
        ctx.SaveBinaryStream(name, writer => writer.Write(content));
    }

    /// <summary>Reads a stream and checks it against its hash, which is next in the main stream.</summary>
    private static byte[] Read(ModelLoadContext ctx, string name)
    {
        byte[] expected = ctx.Reader.ReadBytes(SHA256.HashSizeInBytes), content = [];
        bool isThere = ctx.TryLoadBinaryStream(name, reader => content = reader.ReadBytes(checked((int)reader.BaseStream.Length)));
        if (!isThere)
            throw new InvalidDataException($"The model file lacks '{name}': it is truncated or altered. Save the model again or take an unaltered copy.");
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(expected))
            throw new InvalidDataException($"The model file's '{name}' was altered or truncated after it was saved. Save the model again or take an unaltered copy.");
        return content;
    }

    private static void CheckVersion(ModelLoadContext ctx)
    {
        if (ctx.Header.ModelVerReadable > Format)
        {
            throw new InvalidDataException($"The model file has format {Name(ctx.Header.ModelVerReadable)} of GBlend.MLNet, but this version ({typeof(TransformerFile).Assembly.GetName().Version}) reads formats up to {Name(Format)}. "
                + "Update GBlend.MLNet.");
        }
        ctx.CheckAtModel(Version());
    }

    private static string Name(uint format) => $"{format >> 16}.{format & 0xFFFF}";

    // The assembly's simple name: a file written by a newer version must still find this one, which then says that it is too old.
    private static VersionInfo Version() => new(
        modelSignature: "GRADBLND",
        verWrittenCur: Format,
        verReadableCur: Format,
        verWeCanReadBack: Format,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(TransformerFile).Assembly.GetName().Name!);
}
