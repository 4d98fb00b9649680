using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>All <see cref="Augmentation"/>s of a modality together, as plain data.</summary>
internal sealed record AugmentationSettings
{
    internal static AugmentationSettings None { get; } = new();

    public int? CropHeight { get; init; }

    public int? CropWidth { get; init; }

    public int ScoringCrops { get; init; } = 1;

    public float FlipProbability { get; init; }

    public bool FlipsFlow { get; init; }

    public int Shift { get; init; }

    public int? Frames { get; init; }

    public int TimeMasks { get; init; }

    public int MostFrames { get; init; }

    public int BandMasks { get; init; }

    public int MostBands { get; init; }

    /// <summary>Whether only a part of a stored row is read, or a part that may lie beyond its edge.</summary>
    internal bool ChangesPlaces => CropHeight is not null || Frames is not null || Shift > 0;

    internal bool Masks => TimeMasks > 0 || BandMasks > 0;

    /// <summary>Whether a row is not the same in every epoch, several views apart.</summary>
    internal bool IsRandom => ChangesPlaces || Masks || FlipProbability > 0;

    /// <exception cref="ArgumentException">One kind more than once.</exception>
    internal static AugmentationSettings Of(IReadOnlyList<Augmentation> augmentations)
    {
        var twice = augmentations.GroupBy(a => a.Name).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            throw new ArgumentException($"{twice.Key} is given {twice.Count()} times. Give it once.", nameof(augmentations));
        return augmentations.Aggregate(None, (settings, augmentation) => augmentation.AddTo(settings));
    }

    /// <exception cref="ArgumentException">Rows of this kind can't be changed like this.</exception>
    internal void CheckKind(ModalityKind kind)
    {
        bool isPicture = kind is ModalityKind.Image or ModalityKind.Video;
        Demand(CropHeight is null || isPicture, nameof(Augmentation.RandomCrop), "images and clips");
        Demand(FlipProbability == 0 || isPicture, nameof(Augmentation.HorizontalFlip), "images and clips");
        Demand(Shift == 0 || isPicture, nameof(Augmentation.RandomShift), "images and clips");
        Demand(Frames is null || kind is ModalityKind.Video or ModalityKind.Audio, nameof(Augmentation.TemporalJitter), "clips and spectrograms");
        Demand(!Masks || kind is ModalityKind.Audio, nameof(Augmentation.SpecAugment), "spectrograms");
    }

    internal JsonObject ToJson() => new()
    {
        ["cropHeight"] = CropHeight,
        ["cropWidth"] = CropWidth,
        ["scoringCrops"] = ScoringCrops,
        ["flipProbability"] = FlipProbability,
        ["flipsFlow"] = FlipsFlow,
        ["shift"] = Shift,
        ["frames"] = Frames,
        ["timeMasks"] = TimeMasks,
        ["mostFrames"] = MostFrames,
        ["bandMasks"] = BandMasks,
        ["mostBands"] = MostBands,
    };

    internal static AugmentationSettings FromJson(JsonObject json) => new()
    {
        CropHeight = json.Has("cropHeight") ? json.Whole("cropHeight") : null,
        CropWidth = json.Has("cropWidth") ? json.Whole("cropWidth") : null,
        ScoringCrops = json.Whole("scoringCrops") is var crops and (1 or 3) ? crops : throw new FormatException("crops when scoring are 1 or 3."),
        FlipProbability = json.Single("flipProbability"),
        FlipsFlow = json.Flag("flipsFlow"),
        Shift = json.Whole("shift"),
        Frames = json.Has("frames") ? json.Whole("frames") : null,
        TimeMasks = json.Whole("timeMasks"),
        MostFrames = json.Whole("mostFrames"),
        BandMasks = json.Whole("bandMasks"),
        MostBands = json.Whole("mostBands"),
    };

    private static void Demand(bool fits, string name, string what)
    {
        if (!fits)
            throw new ArgumentException(
                $"{name} is for {what}. Leave it out, or make the modality by the method of its kind (Modality.Video, Image or Audio).");
    }
}
