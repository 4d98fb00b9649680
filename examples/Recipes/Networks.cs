using GBlend.MLNet;

namespace Recipes;

/// <summary>From a recipe's words to encoders and modalities.</summary>
internal static class Networks
{
    public const string Rgb = "RGB", Flow = "OF", Sound = "A";

    /// <summary>Frames and bands of a spectrogram.</summary>
    public const int SoundFrames = 100, SoundBands = 40;

    private static readonly string[] s_visual = ["r3d", "r2plus1d", "ir-csn", "ip-csn"];

    /// <summary>Checks what a recipe says, as far as nothing else will.</summary>
    /// <exception cref="UserErrorException">The message names what is wrong.</exception>
    public static void Check(Recipe recipe)
    {
        if (recipe.Modalities.Count == 0 || recipe.Modalities.Distinct().Count() < recipe.Modalities.Count
            || recipe.Modalities.Any(m => m is not (Rgb or Flow or Sound)))
            throw new UserErrorException($"The modalities are some of {Rgb}, {Flow} and {Sound}, each once, not '{string.Join("+", recipe.Modalities)}'.");
        if (!s_visual.Contains(recipe.Visual.Family))
            throw new UserErrorException($"The visual network is one of {string.Join(", ", s_visual)}, not '{recipe.Visual.Family}'.");
        if (recipe.Audio.Family != "resnet")
            throw new UserErrorException($"The network for sound is a resnet, not '{recipe.Audio.Family}'.");
        if (recipe.Blends.FirstOrDefault(b => !Blends.Known.Contains(b)) is { } unknown)
            throw new UserErrorException($"There is no blend '{unknown}'. There are: {string.Join(", ", Blends.Known)}.");
        if (recipe.Training.Guards is not ("published" or "default") || recipe.Training.Answer is not ("joint" or "auto"))
            throw new UserErrorException(
                $"Guards are published or default and the answer joint or auto, not '{recipe.Training.Guards}' and '{recipe.Training.Answer}'.");
        var (clip, training, test) = (recipe.Clip, recipe.Training, recipe.Test);
        if (clip.Frames < 2 || clip.Stride < 1 || clip.Crop < 16 || clip.ShortSide < clip.Crop)
            throw new UserErrorException($"Clips have 2 frames or more, and a crop from 16 to the short side; these have {clip.Frames} frames, a crop of "
                + $"{clip.Crop} and a short side of {clip.ShortSide}.");
        if (training.Epochs < 1 || training.ClipsPerVideo < 1 || training.BatchSize < 1 || training.MicroBatchSize < 1 || test.Clips < 1
            || test.Crops is not (1 or 3))
            throw new UserErrorException("Epochs, clips and the batch size are 1 or more, and crops when testing 1 or 3.");
        if (Math.Max(training.SuperEpoch, training.FirstSuperEpoch) > training.Epochs && recipe.Blends.Contains(Blends.Online))
            throw new UserErrorException($"A super-epoch of {Math.Max(training.SuperEpoch, training.FirstSuperEpoch)} epochs is longer than the run of "
                + $"{training.Epochs}. Lower it by --set training.superEpoch=N and --set training.firstSuperEpoch=N.");
        try
        {
            recipe.Modalities.ToList().ForEach(m => EncoderOf(recipe, m));
            LearningRateSchedule.Steps(training.RateFallsAt);
            foreach (var weights in recipe.Weights)
                Blending.Fixed([.. weights.Values.Select(v => (float)v)]);
        }
        catch (ArgumentException e)
        {
            throw new UserErrorException(e.Message);
        }
        if (recipe.Weights.FirstOrDefault(w => w.Values.Count != w.Modalities.Count + 1) is { } odd)
            throw new UserErrorException($"The weights of {string.Join("+", odd.Modalities)} are {odd.Values.Count}, but there must be one for each modality "
                + $"and one for the joint network.");
    }

    public static ResNetEncoder EncoderOf(Recipe recipe, string modality)
    {
        var backbone = modality == Sound ? recipe.Audio : recipe.Visual;
        // A pooling stem suits large crops; what is left of small ones after it would be a point.
        bool? pools = recipe.Clip.Crop < 112 ? false : backbone.Family is "r2plus1d" ? recipe.Clip.Crop >= 224 : null;
        return backbone.Family switch
        {
            "r3d" => Encoders.R3D(backbone.Depth, backbone.Width, pools),
            "r2plus1d" => Encoders.R2Plus1D(backbone.Depth, backbone.Width, pools),
            "ir-csn" => Encoders.IrCsn(backbone.Depth, backbone.Width, pools),
            "ip-csn" => Encoders.IpCsn(backbone.Depth, backbone.Width, pools),
            _ => Encoders.AudioResNet(backbone.Depth, backbone.Width),
        };
    }

    /// <summary>What an encoder reads of a row.</summary>
    public static int[] ShapeOf(Recipe recipe, string modality) => modality switch
    {
        Sound => [SoundFrames, SoundBands],
        Flow => [recipe.Clip.Frames, recipe.Clip.Crop, recipe.Clip.Crop, 2],
        _ => [recipe.Clip.Frames, recipe.Clip.Crop, recipe.Clip.Crop, 3],
    };

    /// <summary>The bytes of a clip as it is kept, before the crop.</summary>
    public static long BytesOf(Recipe recipe, string modality) => modality == Sound
        ? SoundFrames * SoundBands * sizeof(float)
        : (long)recipe.Clip.Frames * recipe.Clip.ShortSide * recipe.Clip.KeptWidth() * (modality == Flow ? 2 : 3);

    /// <summary>The modality as the trainer wants it.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="modality">RGB, OF or A.</param>
    /// <param name="pretrained">Weights that its encoder starts from, if any.</param>
    public static Modality ModalityOf(Recipe recipe, string modality, StateDict? pretrained)
    {
        var encoder = EncoderOf(recipe, modality);
        var result = modality == Sound ? Modality.Audio(modality, encoder) : Modality.Video(modality, encoder);
        if (modality != Sound)
        {
            var crop = Augmentation.RandomCrop(recipe.Clip.Crop, recipe.Clip.Crop, recipe.Test.Crops);
            result = recipe.Clip.Flip ? result.WithAugmentation(crop, Augmentation.HorizontalFlip(opticalFlow: modality == Flow))
                : result.WithAugmentation(crop);
        }
        return pretrained is null ? result : result.WithPretrainedWeights(pretrained);
    }
}
