namespace GBlend.MLNet;

/// <summary>The frames of the videos that were decoded last, for columns of one view that are made of the same videos.</summary>
internal sealed class DecodedFrames
{
    private const long Budget = 512 << 20;

    /// <summary>At least as many as there are cursors side by side, each of which is at another video.</summary>
    private static readonly int Capacity = Math.Max(4, Environment.ProcessorCount);

    private readonly Lock _lock = new();
    private readonly LinkedList<Video> _videos = [];
    private long _used;

    /// <summary>The frames of a video, if all that are wanted are there.</summary>
    internal Video? Find(string key, IEnumerable<int> wanted)
    {
        lock (_lock)
            return _videos.FirstOrDefault(v => v.Key == key && wanted.All(v.Frames.ContainsKey));
    }

    internal void Keep(Video video)
    {
        if (video.Size > Budget)
            return;
        lock (_lock)
        {
            _videos.AddFirst(video);
            _used += video.Size;
            while (_videos.Count > Capacity || _used > Budget)
            {
                _used -= _videos.Last!.Value.Size;
                _videos.RemoveLast();
            }
        }
    }

    /// <summary>What was decoded of one video.</summary>
    /// <param name="Key">Of its file and how it was read.</param>
    /// <param name="Frames">By their numbers.</param>
    /// <param name="Concealed">How many frames that were decoded on the way were damaged.</param>
    internal sealed record Video(string Key, IReadOnlyDictionary<int, DecodedFrame> Frames, int Concealed)
    {
        internal long Size { get; } = Frames.Values.Sum(f => (long)f.Pixels.Length);
    }
}
