using System.Text.Json;
using System.Text.Json.Nodes;
using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(
    typeof(GradientBlendingTransformer), typeof(TransformerFile), null, typeof(SignatureLoadModel), "Gradient Blending", TransformerFile.LoaderSignature)]

namespace GBlend.MLNet;

/// <summary>
/// A model inside ML.NET's model file: three entries of plain data, <c>schema.json</c> (the label and the outputs), <c>settings.json</c>
/// and <c>weights.safetensors</c> (the network).
/// </summary>
internal static class TransformerFile
{
    internal const string LoaderSignature = "GradientBlending";
    private const string Schema = "schema.json", Settings = "settings.json", Weights = "weights.safetensors";

    /// <summary>Members of all folds that a file may have.</summary>
    private const int MostMembers = 1024;

    private static readonly SavedPart s_part = new("GRADBLND", LoaderSignature, 0x00010002, 0x00010001, typeof(TransformerFile));

    /// <summary>The format whose readers know no thresholds, which most models don't have.</summary>
    private static readonly SavedPart s_partWithoutThreshold = s_part with { Format = 0x00010001 };

    internal static void Save(ModelSaveContext ctx, GradientBlendingTransformer transformer)
    {
        (transformer.Threshold == DecisionThreshold.Usual ? s_partWithoutThreshold : s_part).Begin(ctx);
        using var settings = new MemoryStream();
        using var weights = new MemoryStream();
        transformer.Use(model => model.Save(settings, weights));
        IReadOnlyList<byte[]> members = [];
        transformer.Use(model => members = model.SaveMembers());
        SavedPart.Write(ctx, Schema, JsonSerializer.SerializeToUtf8Bytes(Describe(transformer, members.Count)));
        SavedPart.Write(ctx, Settings, settings.ToArray());
        SavedPart.Write(ctx, Weights, weights.ToArray());
        foreach (var (i, member) in members.Index())
            SavedPart.Write(ctx, MemberName(i), member);
    }

    /// <summary>Called by ML.NET, which finds it by the attribute above.</summary>
    /// <exception cref="InvalidDataException">The file is truncated, altered or newer; the message says which and what to do.</exception>
    internal static GradientBlendingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var (label, outputsBranchScores, device, threshold, settings, weights, members) = s_part.Load(ctx, _ =>
        {
            var schema = JsonNode.Parse(SavedPart.Read(ctx, Schema, SavedPart.MostSettings))!.AsObject();
            byte[] settings = SavedPart.Read(ctx, Settings, SavedPart.MostSettings), weights = SavedPart.Read(ctx, Weights, SavedPart.MostWeights);
            // A model trained on a GPU is welcome where there is none; one that was bound to the CPU stays there.
            var device = schema.Has("device") && schema.Text("device") == nameof(TrainingDevice.Cpu) ? TrainingDevice.Cpu : TrainingDevice.Auto;
            double threshold = schema.Has("threshold") ? schema.Number("threshold") : DecisionThreshold.Usual;
            Check.Probability(threshold);
            return (LabelInfo.FromJson(schema.Object("label")), schema.Flag("outputsBranchScores"), device, threshold, settings, weights,
                Enumerable.Range(0, ReadMembers(schema)).Select(i => MemberModel.Load(SavedPart.Read(ctx, MemberName(i), SavedPart.MostWeights))).ToArray());
        });
        var environment = env as IHostEnvironmentInternal;
        var model = TrainedModel.Load(
            new MemoryStream(settings), new MemoryStream(weights), device, environment?.GpuDeviceId, environment?.FallbackToCpu ?? true, members);
        try
        {
            if (model.Outputs != label.Outputs || model.Task != label.Kind.Task())
                throw new InvalidDataException($"The model file contradicts itself: its network has {model.Outputs} outputs ({model.Task}), its label "
                    + $"{label.Outputs} ({label.Kind}). Save the model again.");
            if (!members.All(member => member.Fits(model.Modalities, model.Task, model.Outputs)))
                throw new InvalidDataException("The model file contradicts itself: its members read or predict something else than its network. "
                    + "Save the model again.");
            OutputColumns.Promise(label, outputsBranchScores ? model.History.Heads : [], model.Calibration.Coverage is not null, model.MayBeAbsent);
            return new GradientBlendingTransformer(model, label, outputsBranchScores, device, threshold);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static string MemberName(int index) => $"member.{index}.bin";

    /// <summary>How many entries are of members; files of older versions have none.</summary>
    private static int ReadMembers(JsonObject schema)
    {
        int count = schema.Has("members") ? schema.Whole("members") : 0;
        return count is >= 0 and <= MostMembers ? count : throw new InvalidDataException($"The model file says that it has {count} members.");
    }

    private static JsonObject Describe(GradientBlendingTransformer transformer, int members) => new()
    {
        ["writtenBy"] = $"GBlend.MLNet {typeof(TransformerFile).Assembly.GetName().Version}",
        ["label"] = transformer.Label.ToJson(),
        ["outputsBranchScores"] = transformer.OutputsBranchScores,
        ["device"] = transformer.Device.ToString(),
        ["members"] = members == 0 ? null : members,
        ["threshold"] = transformer.Threshold == DecisionThreshold.Usual ? null : transformer.Threshold,
    };
}
