namespace GBlend.MLNet;

/// <summary>Sound of one channel: the mean of a file's channels.</summary>
/// <param name="Samples">From -1 to 1.</param>
/// <param name="SampleRate">Samples per second.</param>
/// <param name="VideoStart">When the first frame of the same file's video is shown, in seconds from the first sample.</param>
internal sealed record Sound(float[] Samples, int SampleRate, double VideoStart = 0)
{
    internal double Seconds => (double)Samples.Length / SampleRate;
}
