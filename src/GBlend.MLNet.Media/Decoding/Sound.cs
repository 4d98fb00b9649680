namespace GBlend.MLNet;

/// <summary>Sound of one channel: the mean of a file's channels.</summary>
internal sealed record Sound(float[] Samples, int SampleRate)
{
    internal double Seconds => (double)Samples.Length / SampleRate;
}
