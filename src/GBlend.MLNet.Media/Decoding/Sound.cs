namespace GBlend.MLNet;

/// <summary>The sound of a file at the rate that is asked for.</summary>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="Samples">How many samples there are by the file's own account.</param>
/// <param name="VideoStart">When the first frame of the same file's video is shown, in seconds from the first sample.</param>
internal sealed record Sound(int SampleRate, long Samples, double VideoStart);
