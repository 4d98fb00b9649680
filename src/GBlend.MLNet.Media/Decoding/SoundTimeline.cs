namespace GBlend.MLNet;

/// <summary>The sound track of a file, by its packets.</summary>
/// <param name="Track">The track.</param>
/// <param name="First">When its first packet is heard, in ticks of the track.</param>
/// <param name="End">When the last one ends.</param>
/// <param name="Packets">How many there are.</param>
internal sealed record SoundTimeline(MediaTrack Track, long First, long End, long Packets)
{
    internal double Samples => (End - First) * Track.TickSeconds * Track.SampleRate;
}
