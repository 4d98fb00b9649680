namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Trainer's options with modalities of several kinds.</summary>
internal static class Templates
{
    internal static GradientBlendingTrainer.Options Create(string name) => With(name switch
    {
        "vectors" => [Modality.Vector("Face"), Modality.Vector("Voice", Encoders.Mlp(32))],
        "three vectors" => [Modality.Vector("A"), Modality.Vector("B"), Modality.Vector("C")],
        "one vector" => [Modality.Vector("A")],
        "audio-visual" => [Modality.Video("Clip"), Modality.Audio("LogMel")],
        "image-text" => [Modality.Image("Photo", Encoders.ImageResNet(18, 0.25).WithNormalization([0.5f], [2f])), Modality.Text("Caption", Encoders.TextPooling(1000))],
        "channel-separated" => [Modality.Video("Clip", Encoders.IrCsn()), Modality.Video("Flow", Encoders.R3D(18, 0.5, stemPooling: true))],
        _ => throw new ArgumentException(name),
    });

    private static GradientBlendingTrainer.Options With(params Modality[] modalities)
    {
        var options = new GradientBlendingTrainer.Options();
        foreach (var modality in modalities)
            options.Modalities.Add(modality);
        return options;
    }
}
