namespace GBlend.MLNet;

/// <summary>The settings by which sound becomes a log-mel spectrogram.</summary>
public sealed record LogMelSpectrum
{
    /// <summary>
    /// The settings of the paper's official code: 16 kHz, Hann window of 16 ms, a frame every 10 ms, power spectrum, 40 bands from 0 to 8000 Hz whose
    /// weights sum to 1, a gain of 1.08e9, and ln x where x is above e, else x / e.
    /// </summary>
    public static LogMelSpectrum Paper { get; } = new();

    /// <summary>
    /// The settings of HTK: 16 kHz, Hann window of 25 ms in 512 samples, centered, a frame every 10 ms, power spectrum, 40 bands from 0 to 8000 Hz
    /// on HTK's scale, ln(x + 1e-6).
    /// </summary>
    public static LogMelSpectrum Htk { get; } = new()
    {
        FftSize = 512,
        WindowLength = 400,
        Normalization = MelNormalization.None,
        IsCentered = true,
        Gain = 1,
        LogOffset = 1e-6,
    };

    /// <summary>The settings of <see cref="Htk"/> with Slaney's scale and normalization.</summary>
    public static LogMelSpectrum Slaney { get; } = Htk with { Scale = MelScale.Slaney, Normalization = MelNormalization.Slaney };

    /// <summary>The rate, in samples per second, that sound is resampled to. Default 16000.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>The length of a Fourier transform in samples, a power of 2. Default 256.</summary>
    public int FftSize { get; init; } = 256;

    /// <summary>The length of the Hann window (periodic) in samples, which stands in the middle of the transform. Default 256.</summary>
    public int WindowLength { get; init; } = 256;

    /// <summary>The number of samples from one frame to the next. Default 160.</summary>
    public int HopLength { get; init; } = 160;

    /// <summary>The number of mel bands. Default 40.</summary>
    public int Bands { get; init; } = 40;

    /// <summary>The lowest frequency in Hz. Default 0.</summary>
    public double MinFrequency { get; init; }

    /// <summary>The highest frequency in Hz. Default 8000.</summary>
    public double MaxFrequency { get; init; } = 8000;

    /// <summary>The mel scale. Default HTK's.</summary>
    public MelScale Scale { get; init; }

    /// <summary>The scaling of the bands. By default their weights sum to 1.</summary>
    public MelNormalization Normalization { get; init; } = MelNormalization.UnitSum;

    /// <summary>
    /// A value that says whether a frame is centered at its time, with the sound mirrored at its ends, or begins there. By default it begins there.
    /// </summary>
    public bool IsCentered { get; init; }

    /// <summary>The factor by which the bands' power is multiplied, for samples from -1 to 1. Default 1.08e9.</summary>
    public double Gain { get; init; } = 1.08e9;

    /// <summary>
    /// The number that is added before the logarithm. By default (<see langword="null"/>) nothing is; at and below e the value is x / e then, not
    /// ln x.
    /// </summary>
    public double? LogOffset { get; init; }

    internal void Validate()
    {
        Check.AtLeast(SampleRate, 1000);
        Check.AtLeast(FftSize, 2);
        Check.AtLeast(WindowLength, 1);
        Check.AtLeast(HopLength, 1);
        Check.AtLeast(Bands, 1);
        Check.AtLeast(MinFrequency, 0);
        Check.Positive(MaxFrequency);
        Check.Positive(Gain);
        if (LogOffset is { } offset)
            Check.Positive(offset, nameof(LogOffset));
        if ((FftSize & (FftSize - 1)) != 0 || FftSize > 1 << 16 || WindowLength > FftSize)
            throw new ArgumentException(
                $"FftSize must be a power of 2 up to 65536 and at least WindowLength; it is {FftSize}, and WindowLength {WindowLength}.");
        if (MaxFrequency > SampleRate / 2.0 || MinFrequency >= MaxFrequency)
            throw new ArgumentException(
                $"The bands must lie between 0 and half the sample rate ({SampleRate / 2.0} Hz); they go from {MinFrequency} to {MaxFrequency} Hz.");
        if (!Enum.IsDefined(Scale) || !Enum.IsDefined(Normalization))
            throw new ArgumentException("Scale and Normalization must be values of their types.");
    }
}
