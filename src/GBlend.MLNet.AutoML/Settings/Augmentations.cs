namespace GBlend.MLNet.AutoML;

/// <summary>From a level to augmentations.</summary>
internal static class Augmentations
{
    /// <summary>The modality's crops and jitter, and what the level adds.</summary>
    internal static IReadOnlyList<Augmentation> Of(AugmentationLevel level, Modality modality)
    {
        var kept = modality.Augmentations.Where(a => a.Name is nameof(Augmentation.RandomCrop) or nameof(Augmentation.TemporalJitter));
        return [.. kept, .. modality.Kind == ModalityKind.Audio ? Sound(level) : Picture(level, modality)];
    }

    private static IEnumerable<Augmentation> Sound(AugmentationLevel level)
    {
        if (level == AugmentationLevel.Light)
            yield return Augmentation.SpecAugment(timeMasks: 1, mostFrames: 10, bandMasks: 1, mostBands: 4);
        else if (level == AugmentationLevel.Strong)
            yield return Augmentation.SpecAugment();
    }

    /// <summary>A crop already moves the picture, so that no shift is added to it.</summary>
    private static IEnumerable<Augmentation> Picture(AugmentationLevel level, Modality modality)
    {
        if (level != AugmentationLevel.None)
            yield return Augmentation.HorizontalFlip();
        if (level == AugmentationLevel.Strong && modality.AugmentationSettings.CropHeight is null)
            yield return Augmentation.RandomShift(4);
    }
}
