namespace GBlend.MLNet;

/// <summary>The frames of the videos that were decoded last, for columns of one view that are made of the same videos.</summary>
internal sealed class DecodedFrames
{
    /// <summary>At least as many as there are cursors side by side, each of which is at another video.</summary>
    private static readonly int Capacity = Math.Max(4, Environment.ProcessorCount);

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, IReadOnlyDictionary<int, DecodedFrame> Frames)> _videos = [];

    /// <summary>The frames of a video, if all that are wanted are there.</summary>
    internal IReadOnlyDictionary<int, DecodedFrame>? Find(string key, IEnumerable<int> wanted)
    {
        lock (_lock)
            return _videos.FirstOrDefault(v => v.Key == key && wanted.All(v.Frames.ContainsKey)).Frames;
    }

    internal void Keep(string key, IReadOnlyDictionary<int, DecodedFrame> frames)
    {
        lock (_lock)
        {
            _videos.AddFirst((key, frames));
            if (_videos.Count > Capacity)
                _videos.RemoveLast();
        }
    }
}
