namespace GBlend.MLNet;

/// <summary>The video ended where a frame was asked for.</summary>
internal sealed class EndOfVideoException(int frames) : Exception
{
    /// <summary>Frames that came before.</summary>
    internal int Frames { get; } = frames;
}
