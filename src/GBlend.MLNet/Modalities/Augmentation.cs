namespace GBlend.MLNet;

/// <summary>
/// One random change of a modality's rows while training, drawn anew for every row and epoch under the seed. Losses and scores see the rows
/// unchanged: their middle where a row is larger than what is read of it.
/// </summary>
/// <remarks>
/// All modalities of a row draw alike: where a video's crop is at the left, so is its flow's, and where its clip begins early, so does the
/// sound's. Give them to <see cref="Modality.WithAugmentation"/>.
/// </remarks>
public sealed class Augmentation
{
    private readonly string _text;
    private readonly Func<AugmentationSettings, AugmentationSettings> _add;

    private Augmentation(string name, string text, Func<AugmentationSettings, AugmentationSettings> add) => (Name, _text, _add) = (name, text, add);

    internal string Name { get; }

    /// <summary>
    /// Images and clips: reads a random part of the rows' height and width, the middle one for losses and scores. The encoder is built for
    /// the part.
    /// </summary>
    /// <param name="height">Of the part, in pixels; at most the rows'.</param>
    /// <param name="width">Of the part, in pixels; at most the rows'.</param>
    /// <param name="scoringCrops">
    /// Parts whose scores are averaged when a fitted model scores: 1 is the middle; 3 are the left, the middle and the right one (top, middle
    /// and bottom where more is left over in height), at three times the cost. Default 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or a number of crops other than 1 and 3.</exception>
    public static Augmentation RandomCrop(int height, int width, int scoringCrops = 1)
    {
        Check.AtLeast(height, 1);
        Check.AtLeast(width, 1);
        if (scoringCrops is not (1 or 3))
            throw new ArgumentOutOfRangeException(nameof(scoringCrops), scoringCrops, "Crops when scoring are 1 or 3.");
        return new(nameof(RandomCrop), $"{nameof(RandomCrop)} {height} x {width}", s => s with { CropHeight = height, CropWidth = width, ScoringCrops = scoringCrops });
    }

    /// <summary>Images and clips: mirrors left and right.</summary>
    /// <param name="probability">How often, above 0 and at most 1. Default 0.5.</param>
    /// <param name="opticalFlow">
    /// Whether the first channel is horizontal motion, which then changes its direction: 256 - v for bytes, whose 128 is no motion, -v for floats. Default
    /// <see langword="false"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0 and at most 1.</exception>
    public static Augmentation HorizontalFlip(float probability = 0.5f, bool opticalFlow = false)
    {
        if (!(probability > 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "The probability of a flip must be above 0 and at most 1.");
        return new(nameof(HorizontalFlip), FormattableString.Invariant($"{nameof(HorizontalFlip)} {probability}"), s => s with { FlipProbability = probability, FlipsFlow = opticalFlow });
    }

    /// <summary>
    /// Images and clips: pads every side and reads a random part of the rows' own size, so that the picture moves by up to so many pixels. The
    /// padding is the mean that the modality's values are normalized with (0 without one).
    /// </summary>
    /// <param name="pixels">At least 1; 4 is usual for images of 32 x 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public static Augmentation RandomShift(int pixels)
    {
        Check.AtLeast(pixels, 1);
        return new(nameof(RandomShift), $"{nameof(RandomShift)} {pixels}", s => s with { Shift = pixels });
    }

    /// <summary>Clips and spectrograms: reads so many frames that follow each other, from a random one on; the middle ones for losses and scores.</summary>
    /// <param name="frames">Frames to read, at most the rows'. The encoder is built for them.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public static Augmentation TemporalJitter(int frames)
    {
        Check.AtLeast(frames, 1);
        return new(nameof(TemporalJitter), $"{nameof(TemporalJitter)} {frames}", s => s with { Frames = frames });
    }

    /// <summary>
    /// Spectrograms: covers random stretches of time and bands with the spectrogram's mean (Park et al., "SpecAugment", Interspeech 2019, without its warping).
    /// </summary>
    /// <param name="timeMasks">Stretches of time. Default 2.</param>
    /// <param name="mostFrames">Their largest length in frames, each drawn from 0 up to it. Default 20.</param>
    /// <param name="bandMasks">Stretches of bands. Default 2.</param>
    /// <param name="mostBands">Their largest height in bands. Default 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative number, or more than 100 stretches.</exception>
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
