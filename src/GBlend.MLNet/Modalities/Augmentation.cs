namespace GBlend.MLNet;

/// <summary>
/// One random change of a modality's rows while training. It is drawn for every row in every epoch, under the seed. Losses and scores see the
/// rows unchanged; where only a part of a row is read, they see its middle.
/// </summary>
/// <remarks>
/// All modalities of a row take the same draw: where the crop of a video is at the left, so is the crop of its optical flow, and where its
/// clip begins early, so does its sound. Pass augmentations to <see cref="Modality.WithAugmentation"/>.
/// </remarks>
public sealed class Augmentation
{
    private readonly string _text;
    private readonly Func<AugmentationSettings, AugmentationSettings> _add;

    private Augmentation(string name, string text, Func<AugmentationSettings, AugmentationSettings> add) => (Name, _text, _add) = (name, text, add);

    internal string Name { get; }

    /// <summary>
    /// Makes an augmentation of images and clips that reads a random part of the rows' height and width; losses and scores read the middle part.
    /// The encoder is built for the size of the part.
    /// </summary>
    /// <param name="height">The height of the part in pixels, at least 1 and at most the height of the rows.</param>
    /// <param name="width">The width of the part in pixels, at least 1 and at most the width of the rows.</param>
    /// <param name="scoringCrops">
    /// The number of parts whose scores are averaged when a fitted model scores. With 1 it is the middle part. With 3 they are the left, the middle
    /// and the right part (top, middle and bottom where more is left over in height), at three times the cost. Default 1.
    /// </param>
    /// <returns>The augmentation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The height or the width is below 1, or the number of crops is neither 1 nor 3.</exception>
    public static Augmentation RandomCrop(int height, int width, int scoringCrops = 1)
    {
        Check.AtLeast(height, 1);
        Check.AtLeast(width, 1);
        if (scoringCrops is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(scoringCrops), scoringCrops, "Crops when scoring are 1 or 3.");
        return new(nameof(RandomCrop), $"{nameof(RandomCrop)} {height} x {width}",
            s => s with { CropHeight = height, CropWidth = width, ScoringCrops = scoringCrops });
    }

    /// <summary>Makes an augmentation of images and clips that exchanges left and right.</summary>
    /// <param name="probability">The probability that a row is mirrored in an epoch, above 0 and at most 1. Default 0.5.</param>
    /// <param name="opticalFlow">
    /// Whether to treat the first channel as horizontal motion, whose direction changes with the mirroring: a byte v becomes 256 - v (128 is no
    /// motion), a float v becomes -v. Default <see langword="false"/>.
    /// </param>
    /// <returns>The augmentation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not above 0 and at most 1.</exception>
    public static Augmentation HorizontalFlip(float probability = 0.5f, bool opticalFlow = false)
    {
        if (!(probability > 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of a flip must be above 0 and at most 1.");
        return new(nameof(HorizontalFlip), FormattableString.Invariant($"{nameof(HorizontalFlip)} {probability}"),
            s => s with { FlipProbability = probability, FlipsFlow = opticalFlow });
    }

    /// <summary>
    /// Makes an augmentation of images and clips that pads every side and reads a random part of the rows' own size, so that the picture moves by
    /// up to so many pixels. The padding is the mean that is subtracted from the modality's values (0 where none is).
    /// </summary>
    /// <param name="pixels">The largest shift in pixels, at least 1; 4 is usual for images of 32 x 32 pixels.</param>
    /// <returns>The augmentation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of pixels is below 1.</exception>
    public static Augmentation RandomShift(int pixels)
    {
        Check.AtLeast(pixels, 1);
        return new(nameof(RandomShift), $"{nameof(RandomShift)} {pixels}", s => s with { Shift = pixels });
    }

    /// <summary>
    /// Makes an augmentation of clips and spectrograms that reads a number of frames in a row from a random frame on; losses and scores read the
    /// frames in the middle. The encoder is built for this number of frames.
    /// </summary>
    /// <param name="frames">The number of frames to read, at least 1 and at most as many as the rows have.</param>
    /// <returns>The augmentation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of frames is below 1.</exception>
    public static Augmentation TemporalJitter(int frames)
    {
        Check.AtLeast(frames, 1);
        return new(nameof(TemporalJitter), $"{nameof(TemporalJitter)} {frames}", s => s with { Frames = frames });
    }

    /// <summary>
    /// Makes an augmentation of spectrograms that covers random stretches of time and of bands with the spectrogram's mean (Park et al.,
    /// "SpecAugment", Interspeech 2019, without its warping).
    /// </summary>
    /// <param name="timeMasks">The number of stretches of time to cover, at most 100. Default 2.</param>
    /// <param name="mostFrames">The largest length of a stretch of time in frames; each length is drawn from 0 to it. Default 20.</param>
    /// <param name="bandMasks">The number of stretches of bands to cover, at most 100. Default 2.</param>
    /// <param name="mostBands">The largest height of a stretch of bands; each height is drawn from 0 to it. Default 8.</param>
    /// <returns>The augmentation.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or there are more than 100 stretches of time or of bands.</exception>
    public static Augmentation SpecAugment(int timeMasks = 2, int mostFrames = 20, int bandMasks = 2, int mostBands = 8)
    {
        foreach (int number in new[] { timeMasks, mostFrames, bandMasks, mostBands })
            Check.AtLeast(number, 0, nameof(SpecAugment));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeMasks, MostMasks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bandMasks, MostMasks);
        return new(nameof(SpecAugment), $"{nameof(SpecAugment)} {timeMasks} x {mostFrames} frames, {bandMasks} x {mostBands} bands",
            s => s with { TimeMasks = timeMasks, MostFrames = mostFrames, BandMasks = bandMasks, MostBands = mostBands });
    }

    private const int MostMasks = 100;

    /// <inheritdoc/>
    public override string ToString() => _text;

    internal AugmentationSettings AddTo(AugmentationSettings settings) => _add(settings);
}
