namespace GBlend.MLNet;

/// <summary>The sound track of a file, by its packets.</summary>
/// <param name="Track">The track.</param>
/// <param name="Start">When its first packet is heard, in seconds on the file's clock.</param>
/// <param name="End">When the last one ends.</param>
/// <param name="Packets">How many there are.</param>
internal sealed record SoundTimeline(MediaTrack Track, double Start, double End, long Packets)
{
    internal double Samples => (End - Start) * Track.SampleRate;
}
