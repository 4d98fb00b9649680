namespace GBlend.MLNet;

/// <summary>The packets of a video track, and whether they can be taken for its frames.</summary>
/// <param name="coding">The name of the track's coding.</param>
internal sealed class FramePackets(string? coding)
{
    /// <summary>MPEG-4 writes so few bytes where a frame is only said to be missing.</summary>
    private const int NoPicture = 10;

    private readonly List<(long Time, bool IsKey)> _shown = [];
    private long? _firstKey;

    /// <summary>All packets, also those that are not shown.</summary>
    internal int Packets { get; private set; }

    /// <summary>Those that are shown.</summary>
    internal int Shown => _shown.Count;

    /// <summary>When the first is shown or decoded.</summary>
    internal long? First { get; private set; }

    /// <summary>Whether every one has a time.</summary>
    internal bool AreTimed { get; private set; } = true;

    /// <summary>Whether some may be no frames, or frames that can't be decoded.</summary>
    internal bool IsDoubtful { get; private set; }

    internal void Add(Demuxer packet)
    {
        bool isKey = (packet.PacketFlags & Ffmpeg.IsKey) != 0, isShown = (packet.PacketFlags & Ffmpeg.IsDiscarded) == 0 && !IsHidden(packet.PacketData);
        long time = packet.PacketTime;
        if (isKey)
            _firstKey ??= time;
        First ??= time != Demuxer.NoTime ? time : packet.PacketDecodingTime != Demuxer.NoTime ? packet.PacketDecodingTime : null;
        Packets++;
        // Before the first key frame, and shown before it, are frames whose beginning lies in what was cut off.
        IsDoubtful |= packet.PacketSize == 0 || (packet.PacketFlags & Ffmpeg.IsCorrupt) != 0 || _firstKey is null
            || (isShown && time < _firstKey) || (coding == "mpeg4" && packet.PacketSize < NoPicture);
        if (!isShown)
            return;
        AreTimed &= time != Demuxer.NoTime;
        _shown.Add((time, isKey));
    }

    /// <summary>The times of the frames in the order in which they are shown, and which of them are key frames.</summary>
    /// <param name="longest">The longest that a video may last, in ticks. Beyond it times make no sense.</param>
    internal (long[] Ticks, int[] Keys) Listed(long longest)
    {
        AreTimed &= _shown.Count == 0 || (double)_shown.Max().Time - _shown.Min().Time <= longest;
        // Without times nothing tells which frames can't be decoded.
        IsDoubtful |= !AreTimed;
        if (!AreTimed)
            return ([], []);
        _shown.Sort();
        IsDoubtful |= _shown.Zip(_shown.Skip(1)).Any(pair => pair.First.Time == pair.Second.Time);
        return ([.. _shown.Select(f => f.Time)], [.. _shown.Index().Where(f => f.Item.IsKey).Select(f => f.Index)]);
    }

    /// <summary>VP8 and VP9 have frames that only others are made from, which some containers do not tell from those that are shown.</summary>
    private bool IsHidden(ReadOnlySpan<byte> packet) => packet.Length > 0 && coding switch
    {
        "vp8" => (packet[0] & 0x10) == 0,
        // Neither shows a frame of before, nor itself; and is not one of several in one packet, which a mark at its end tells.
        "vp9" => (packet[0] & 0xC0) == 0x80 && (packet[0] & 0x0A) == 0 && (packet[^1] & 0xE0) != 0xC0,
        _ => false,
    };
}
