using System.Text.Json.Nodes;

namespace GBlend.MLNet.Tests;

/// <summary>One small encoder of every kind that the library brings, with rows that it reads.</summary>
internal static class EncoderSamples
{
    private const double Narrow = 1.0 / 16;

    internal static readonly int[] ImageShape = [24, 20, 3], ClipShape = [4, 16, 12, 3], AudioShape = [50, 20], TextShape = [6];

    internal static IReadOnlyDictionary<string, (Encoder Encoder, int[] Shape)> All { get; } = new Dictionary<string, (Encoder, int[])>
    {
        ["mlp"] = (Encoders.Mlp(5, 4), [7]),
        ["image18"] = (Encoders.ImageResNet(18, Narrow), ImageShape),
        ["image34"] = (Encoders.ImageResNet(34, Narrow), ImageShape),
        ["image50"] = (Encoders.ImageResNet(50, Narrow).WithNormalization([124, 116, 104], [58, 57, 57.5f]), ImageShape),
        ["audio18"] = (Encoders.AudioResNet(18, Narrow), AudioShape),
        ["audio34"] = (Encoders.AudioResNet(34, Narrow).WithNormalization([-4], [2.5f]), AudioShape),
        ["audio50"] = (Encoders.AudioResNet(50, Narrow), AudioShape),
        ["r3d18"] = (Encoders.R3D(18, Narrow), ClipShape),
        ["r3d34"] = (Encoders.R3D(34, Narrow), ClipShape),
        ["r3d50"] = (Encoders.R3D(50, Narrow), ClipShape),
        ["mc3"] = (Encoders.MC3(18, Narrow), ClipShape),
        ["r2plus1d18"] = (Encoders.R2Plus1D(18, Narrow), ClipShape),
        ["r2plus1d34"] = (Encoders.R2Plus1D(34, Narrow, stemPooling: true), ClipShape),
        ["r2plus1d152"] = (Encoders.R2Plus1D(152, Narrow), ClipShape),
        ["irCsn50"] = (Encoders.IrCsn(50, Narrow), ClipShape),
        ["irCsn152"] = (Encoders.IrCsn(152, Narrow), ClipShape),
        ["ipCsn50"] = (Encoders.IpCsn(50, Narrow, stemPooling: false), ClipShape),
        ["ipCsn152"] = (Encoders.IpCsn(152, Narrow), ClipShape),
        ["textPooling"] = (Encoders.TextPooling(50, 8), TextShape),
        ["textCnn"] = (Encoders.TextCnn(50, 8), TextShape),
        ["textTransformer"] = (Encoders.TextTransformer(50, 8, 2, 2), TextShape),
        ["textDropout"] = (Encoders.TextTransformer(50, 8, 1, 2).WithDropout(0.2f), TextShape),
    };

    internal static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Rows of whole numbers from 0 to 49, which are pixels, levels or token ids alike.</summary>
    internal static float[] Rows(int[] shape, int rows, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows * shape.Aggregate(1, (product, size) => product * size)).Select(_ => (float)random.Next(50))];
    }

    internal static Encoder Again(Encoder encoder) => Encoders.FromSettings(encoder.Kind, JsonNode.Parse(encoder.ToSettings().ToJsonString())!.AsObject());
}
