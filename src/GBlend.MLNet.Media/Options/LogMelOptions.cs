using System.Text.Json.Serialization;

namespace GBlend.MLNet;

/// <summary>The settings of <c>ml.Transforms.LoadAudioLogMel</c>.</summary>
public sealed class LogMelOptions : MediaFileOptions
{
    /// <summary>The settings by which sound becomes a spectrogram. By default they are those of the paper's official code.</summary>
    public LogMelSpectrum Spectrum { get; set; } = LogMelSpectrum.Paper;

    /// <summary>The number of frames of a spectrogram. Default 100, which is one second.</summary>
    public int FrameCount { get; set; } = 100;

    /// <summary>
    /// The settings of the clips, where the column is the video that they come from: each spectrogram then shows the time of its clip, clip
    /// by clip, and <see cref="Position"/>, <see cref="ClipsPerFile"/> and <see cref="Seed"/> are not used. Default: none.
    /// </summary>
    public VideoClipOptions? AlignWith { get; set; }

    /// <summary>
    /// A value that says whether, with <see cref="AlignWith"/>, the time from frame to frame is changed so that the frames span the clip from end
    /// to end. Otherwise the
    /// spectrogram keeps its length and its middle is the clip's. Default true.
    /// </summary>
    [JsonPropertyName("SpansClip")]
    public bool SpanClip { get; set; } = true;

    /// <summary>
    /// The place in a file where spectrograms are taken. By default it is the middle, which is for one spectrogram only; with more, take <see
    /// cref="ClipPosition.Even"/> or <see cref="ClipPosition.Random"/>.
    /// </summary>
    public ClipPosition Position { get; set; }

    /// <summary>
    /// The number of spectrograms taken from each file. With more than one the column has one more dimension, the first,
    /// and needs another <see cref="Position"/> than the default. Default 1.
    /// </summary>
    public int ClipsPerFile { get; set; } = 1;

    /// <summary>The seed of <see cref="ClipPosition.Random"/>. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>
    /// A value that says whether what can be decoded of a damaged file is used. Default <see langword="false"/>: a file that can't be decoded from
    /// end to end is bad.
    /// </summary>
    [JsonPropertyName("ToleratesDamage")]
    public bool TolerateDamage { get; set; }

    internal int Clips => AlignWith?.ClipsPerVideo ?? ClipsPerFile;

    internal override void Validate()
    {
        base.Validate();
        ArgumentNullException.ThrowIfNull(Spectrum);
        Spectrum.Validate();
        AlignWith?.Validate();
        Check.AtLeast(FrameCount, 1);
        Check.AtLeast(ClipsPerFile, 1);
        if (AlignWith is null)
            ValidatePosition(Position, ClipsPerFile, nameof(ClipsPerFile));
        ValidateRow(Bytes(Clips, FrameCount, (long)sizeof(float) * Spectrum.Bands), $"{Clips} spectrograms of {FrameCount} frames");
    }

    internal override MediaOptions Copy()
    {
        var copy = (LogMelOptions)base.Copy();
        copy.AlignWith = (VideoClipOptions?)AlignWith?.Copy();
        return copy;
    }
}
