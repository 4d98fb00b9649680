namespace GBlend.MLNet;

/// <summary>Makes the timeline of a file in one pass over its packets, none of which is decoded unless they leave a doubt.</summary>
internal sealed class TimelineScan : IDisposable
{
    /// <summary>How much less than its header says a file may last, in seconds, and as a share.</summary>
    private const double Slack = 0.25, SlackShare = 0.01;

    private readonly MediaItem _item;
    private readonly ReadingRules _rules;
    private readonly Demuxer _demuxer;
    private readonly MediaTrack? _video, _sound;
    private readonly FramePackets _frames;
    private readonly (int All, int Shown) _indexedFrames, _indexedSound;
    private readonly (long First, long End)[] _spans;
    private long _soundPackets;
    private VideoTimeline? _found;

    private TimelineScan(MediaItem item, ReadingRules rules)
    {
        (_item, _rules, _demuxer) = (item, rules, new Demuxer(item, rules));
        _video = MediaTrack.Choose(_demuxer.Tracks, Ffmpeg.VideoType);
        _sound = MediaTrack.Choose(_demuxer.Tracks, Ffmpeg.SoundType);
        _frames = new FramePackets(_video?.Coding);
        _spans = [.. _demuxer.Tracks.Select(_ => (long.MaxValue, long.MinValue))];
        // Others list their packets while they are read, if at all.
        if (!_demuxer.Is("mov"))
            return;
        _indexedFrames = _video is null ? default : _demuxer.Indexed(_video);
        _indexedSound = _sound is null ? default : _demuxer.Indexed(_sound);
    }

    /// <summary>How long the longest track lasts. Tracks whose clocks have nothing to do with each other are no reason to count years.</summary>
    private double Seconds => Longest(VideoSeconds, (first, end) => (double)end - first);

    /// <summary>When the last track ends, on the file's clock.</summary>
    private double End => Longest(_found?.Start + VideoSeconds, (_, end) => end);

    private double? VideoSeconds => _found is null ? null : _found.TimeOf(_found.Frames);

    /// <summary>By how much the file is shorter than its header says, which some count from the first packet and some from 0.</summary>
    private double? MissingSeconds => (_demuxer.Is("asf") ? WithContent(ContainerFile.CutAsf) : _demuxer.ClaimedSeconds) - Math.Max(Seconds, End);

    /// <summary>Makes the timeline.</summary>
    /// <exception cref="BadMediaException">The file is no media file, or beyond a limit.</exception>
    internal static MediaTimeline Run(MediaItem item, ReadingRules rules)
    {
        using var scan = new TimelineScan(item, rules);
        return scan.Run();
    }

    /// <summary>Finds the frames by decoding them all, from the start of the file.</summary>
    /// <param name="item">The video.</param>
    /// <param name="listed">The frames by their packets.</param>
    /// <param name="rules">How it is read; damage is counted here, and refused where the frames are used.</param>
    /// <exception cref="BadMediaException">There is no frame.</exception>
    internal static VideoTimeline Count(MediaItem item, VideoTimeline listed, ReadingRules rules)
    {
        using var reader = new FrameReader(item, listed with { Ticks = [], Keys = [] }, rules with { TolerateDamage = true });
        var ticks = new List<long>();
        var (width, height) = (0, 0);
        while (reader.TryReadNext())
        {
            if (ticks.Count == 0)
                (width, height) = reader.Size;
            ticks.Add(reader.Time);
        }
        if (ticks.Count == 0)
            throw new BadMediaException("it has no frame that can be decoded" + (reader.Problem is { } problem ? $" ({problem})" : ""));
        double rate = listed.FramesPerSecond;
        bool areTimed = ticks.All(t => t != Demuxer.NoTime) && ticks.Zip(ticks.Skip(1)).All(pair => pair.First < pair.Second);
        double[] times = [.. ticks.Select((t, i) => areTimed ? (t - ticks[0]) * listed.Track.TickSeconds : i / rate)];
        // Without times: what can't be decoded of a healthy file is its start, which builds on what was cut off.
        double start = areTimed ? ticks[0] * listed.Track.TickSeconds
            : listed.Start + (reader.Concealed == 0 ? Math.Max(listed.Frames - ticks.Count, 0) / rate : 0);
        if (areTimed)
            rate = Rate(listed.Track, times);
        return listed with
        {
            Ticks = [],
            Keys = [],
            Start = start,
            Times = times,
            FramesPerSecond = rate,
            Width = width,
            Height = height,
            IsDecoded = true,
            Damaged = reader.Concealed
        };
    }

    public void Dispose() => _demuxer.Dispose();

    private MediaTimeline Run()
    {
        if (_video is { } track && (long)track.Width * track.Height > _rules.Limits.MaxFramePixels)
            throw new BadMediaException($"its frames have {track.Width} x {track.Height} pixels, and "
                + $"{nameof(MediaLimits)}.{nameof(MediaLimits.MaxFramePixels)} allows {_rules.Limits.MaxFramePixels}");
        while (_demuxer.Read())
        {
            if (_demuxer.PacketTrack < _demuxer.Tracks.Count)
                Note(_demuxer.Tracks[_demuxer.PacketTrack]);
        }
        _found = _frames.Shown == 0 ? null : Video();
        string? cut = Cut();
        return new(
            _found is null ? null : _found with { ClaimedFrames = (int)Math.Min(Claimed(_found, cut), int.MaxValue) },
            _soundPackets == 0 ? null
                : new SoundTimeline(_sound!, Math.Min(_spans[_sound!.Index].First, _spans[_sound.Index].End), _spans[_sound.Index].End, _soundPackets),
            _demuxer.Tracks.Any(t => t.IsCover), Seconds, cut);
    }

    private void Note(MediaTrack track)
    {
        if (track.IsCover)
            return;
        if (track == _video)
            _frames.Add(_demuxer);
        if (track == _sound)
            _soundPackets++;
        long time = _demuxer.PacketTime != Demuxer.NoTime ? _demuxer.PacketTime : _demuxer.PacketDecodingTime;
        if (time == Demuxer.NoTime || (_demuxer.PacketFlags & Ffmpeg.IsDiscarded) != 0)
            return;
        long padding = track.SampleRate == 0 ? 0 : (long)Math.Round(_demuxer.PacketPadding / (track.SampleRate * track.TickSeconds));
        var (first, end) = _spans[track.Index];
        _spans[track.Index] = (Math.Min(first, time), Math.Max(end, time + Math.Max(_demuxer.PacketDuration - padding, 0)));
    }

    private VideoTimeline Video()
    {
        var track = _video!;
        var (ticks, keys) = _frames.Listed((long)Math.Min(_rules.Limits.MaxSeconds / track.TickSeconds, long.MaxValue));
        double[] times = [.. ticks.Select(t => (t - ticks[0]) * track.TickSeconds)];
        double rate = Rate(track, times);
        double start = (ticks is [var first, ..] ? first : _frames.First ?? 0) * track.TickSeconds;
        if (!_frames.AreTimed)
            times = [.. Enumerable.Range(0, _frames.Shown).Select(i => i / rate)];
        var (width, height) = track.Turn.IsSideways ? (track.Height, track.Width) : (track.Width, track.Height);
        bool isCertain = _demuxer.IsExact && !_frames.IsDoubtful;
        var listed = new VideoTimeline(track, ticks, start, times, rate, _demuxer.IsExact ? keys : [], 0, isCertain, width, height);
        // Where packets may be no frames decoding tells, for clips and sound alike.
        return _frames.IsDoubtful ? Count(_item, listed, _rules) : listed;
    }

    /// <summary>What can be held against the number of frames found; 0 where the container makes no claim.</summary>
    private double Claimed(VideoTimeline found, string? cut)
    {
        if (_indexedFrames.All > _frames.Packets)
            return _indexedFrames.Shown;
        // AVI counts chunks without a picture. Where nothing of the file is missing its packets are all there were.
        if (_demuxer.Is("avi") && _video!.ClaimedFrames > _frames.Packets && !WithContent(ContainerFile.IsWhole))
            return _video.ClaimedFrames;
        if (cut is not null && MissingSeconds is > 0 and var missing && Seconds > 0)
            return Math.Ceiling(found.Frames * (Seconds + missing) / Seconds);
        return found.Damaged > 0 ? _frames.Shown : 0;
    }

    private string? Cut()
    {
        if (_demuxer.Problem is { } problem)
            return $"ffmpeg can't decode it to its end ({problem})";
        if (_indexedSound.All > _soundPackets)
            return $"ffmpeg can't decode it to its end (its index has {_indexedSound.All} packets of sound, and {_soundPackets} are there)";
        if (_demuxer.Is("avi") && WithContent(ContainerFile.IsCutAvi))
            return "it is cut off (an AVI file that is shorter than its header says)";
        if (_demuxer.Is("matroska") && !WithContent(ContainerFile.IsWhole))
            return "it is cut off (File ended prematurely, or parts of it are not there)";
        // An index tells more than a length; and what begins in the middle of a stream has no length of its own.
        bool tellsLength = !((string[])["mov", "avi", "mpegts", "mpeg", "ogg"]).Any(_demuxer.Is);
        return tellsLength && MissingSeconds is { } missing && missing > Math.Max(Slack, (Seconds + missing) * SlackShare)
            ? FormattableString.Invariant($"it is cut off (its header says that it lasts {Seconds + missing:0.##} s, and it lasts {Seconds:0.##})")
            : null;
    }

    /// <summary>The rate that the header says, if the frames bear it out; else that of the frames.</summary>
    private static double Rate(MediaTrack track, double[] times)
    {
        double said = track.Rate is > 0.01 and < 10000 ? track.Rate : 0;
        if (times.Length < 2 || times[^1] <= times[0])
            return said > 0 ? said : 25;
        double found = (times.Length - 1) / (times[^1] - times[0]);
        return Math.Abs(said / found - 1) < 0.01 ? said : found;
    }

    private double Longest(double? video, Func<long, long, double> length)
    {
        double longest = Math.Max(video ?? 0, 0);
        foreach (var (track, span) in _demuxer.Tracks.Zip(_spans))
            longest = track == _video || span.End < span.First ? longest : Math.Max(longest, length(span.First, span.End) * track.TickSeconds);
        return longest;
    }

    private T WithContent<T>(Func<Stream, T> test)
    {
        using var content = _item.Open(_rules);
        using var buffered = new BufferedStream(content);
        return test(buffered);
    }
}
