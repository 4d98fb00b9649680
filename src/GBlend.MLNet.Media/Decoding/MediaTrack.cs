namespace GBlend.MLNet;

/// <summary>A track of a file, as its container describes it.</summary>
/// <param name="Index">Its number in the file.</param>
/// <param name="Type">Video, sound or another, by FFmpeg's numbers.</param>
/// <param name="Coding">The name of its coding.</param>
/// <param name="CodingId">FFmpeg's number for the coding.</param>
/// <param name="IsDefault">Whether it is the one that players take where nobody chooses.</param>
/// <param name="IsCover">Whether its pictures are a cover or thumbnails and no video.</param>
/// <param name="TickSeconds">The unit of its times, in seconds.</param>
/// <param name="Tick">The same as text, which is exact.</param>
/// <param name="ClaimedFrames">What its header says of its number of frames; 0 for nothing.</param>
/// <param name="Rate">The mean rate of frames that the header says; 0 for none.</param>
/// <param name="Width">Of its frames, in pixels; 0 where that is not known.</param>
/// <param name="Height">Of its frames, in pixels; 0 where that is not known.</param>
/// <param name="SampleRate">Of its samples; 0 where it has none.</param>
/// <param name="Turn">How its frames must be turned to stand upright.</param>
internal sealed record MediaTrack(
    int Index, int Type, string Coding, int CodingId, bool IsDefault, bool IsCover, double TickSeconds, string Tick, long ClaimedFrames, double Rate,
        int Width, int Height, int SampleRate, Turn Turn)
{
    /// <summary>The one rule by which a track is chosen wherever one is needed: the default one, as players do, or else the first.</summary>
    internal static MediaTrack? Choose(IEnumerable<MediaTrack> tracks, int type)
    {
        var some = tracks.Where(t => t.Type == type && !t.IsCover).ToArray();
        return some.FirstOrDefault(t => t.IsDefault) ?? some.FirstOrDefault();
    }
}
