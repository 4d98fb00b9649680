using System.Numerics;

namespace GBlend.MLNet;

/// <summary>
/// Decodes the sound track of a file forwards. Every frame is put where its time says: what a track lacks at its start or between its packets is
/// silence.
/// </summary>
internal sealed unsafe class TrackStream : SoundStream
{
    /// <summary>Seconds by which a frame's time may differ from the end of the one before; containers round, and some only guess.</summary>
    private const double Jitter = 0.02;

    /// <summary>From so many seconds ahead on it pays to seek, and so many before the goal decoders need to have all that they build on.</summary>
    private const double SeekDistance = 20, Run = 1;

    /// <summary>Packets of streams that find their own frames, which may have other things between them: so many, and so large a share, may be none.</summary>
    private const long Stray = 3;
    private const double StrayShare = 0.01;

    private static readonly string[] FindOwnFrames = ["mp1", "mp2", "mp3", "aac"];

    private readonly Ffmpeg _ffmpeg = Ffmpeg.Library;
    private readonly MediaItem _item;
    private readonly SoundTimeline _timeline;
    private readonly ReadingRules _rules;
    private readonly long _allowed;
    private readonly long _firstTick, _lead;
    private Demuxer _demuxer;
    private Decoder _decoder;
    private readonly Queue<Held> _held = [];
    private long _from, _next, _lost, _cut;
    private bool _isDrained, _hasJumped, _hasBegun;
    private string _problem = "";

    /// <summary>Opens a file and decodes the first frame of its sound.</summary>
    /// <param name="item">The file.</param>
    /// <param name="timeline">Of the file, which has sound.</param>
    /// <param name="rules">How it is read.</param>
    /// <exception cref="BadMediaException">It can't be decoded.</exception>
    internal TrackStream(MediaItem item, MediaTimeline timeline, ReadingRules rules)
    {
        (_item, _timeline, _rules) = (item, timeline.Sound!, rules);
        _allowed = rules.TolerateDamage ? long.MaxValue : FindOwnFrames.Contains(_timeline.Track.Coding)
            ? Math.Max(Stray, (long)(_timeline.Packets * StrayShare)) : 0;
        (_demuxer, _decoder) = Decoder.Open(_item, _timeline.Track, _rules);
        try
        {
            if (!TryDecode())
                throw new BadMediaException(_problem.Length > 0 ? $"ffmpeg can't decode it ({_problem})" : "it has no sound that can be decoded");
            Rate = SampleRate;
            _firstTick = _decoder.FrameTime == Demuxer.NoTime ? _timeline.First : _decoder.FrameTime;
            double start = _firstTick * _timeline.Track.TickSeconds, videoStart = timeline.Video?.Start ?? start;
            // Clocks that have nothing to do with each other say nothing of which track begins first.
            Origin = Math.Abs(start - videoStart) <= rules.Limits.MaxSeconds ? Math.Min(start, videoStart) : videoStart;
            _lead = Math.Abs(start - videoStart) <= rules.Limits.MaxSeconds ? (long)Math.Round((start - Origin) * Rate) : 0;
            Take();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal override int Rate { get; }

    internal override double Origin { get; }

    internal override long Samples => PlaceOf(_timeline.End);

    internal override long Lost => _lost;

    private int SampleRate => Ffmpeg.Read<int>((nint)_decoder.Frame, _ffmpeg.Layout.FrameSampleRate) is var rate && IsRate(rate)
        ? rate
        : throw new BadMediaException($"its format makes no sense: sound at {rate} Hz");

    internal override void Read(long first, Span<float> destination)
    {
        destination.Clear();
        if (first < _from)
            Restart();
        if (first - _next > SeekDistance * Rate)
            Seek(first);
        _from = first;
        long end = Math.Min(first + destination.Length, Samples);
        do
        {
            while (_held.TryPeek(out var oldest) && oldest.End <= first)
                _held.Dequeue();
        }
        while (_next < end && TryTake());
        foreach (var (place, samples) in _held)
        {
            long begin = Math.Max(first, place), stop = Math.Min(first + destination.Length, place + samples.Length);
            if (stop > begin)
                samples.AsSpan((int)(begin - place), (int)(stop - begin)).CopyTo(destination[(int)(begin - first)..]);
        }
    }

    internal override long Count()
    {
        while (TryTake())
        {
            _held.Clear();
            if (_next > _rules.Limits.MaxSamples)
                throw new BadMediaException(
                    $"its sound has more samples than {nameof(MediaLimits)}.{nameof(MediaLimits.MaxSamples)} allows: {_rules.Limits.MaxSamples}");
        }
        return _next;
    }

    public override void Dispose()
    {
        _decoder.Dispose();
        _demuxer.Dispose();
    }

    /// <summary>The sample that is heard at a time.</summary>
    private long PlaceOf(long tick) => _lead + (long)Math.Round((tick - _firstTick) * _timeline.Track.TickSeconds * Rate);

    private void Restart()
    {
        Dispose();
        _held.Clear();
        (_from, _next, _lost, _cut, _isDrained, _hasJumped, _hasBegun) = (0, 0, 0, 0, false, false, false);
        (_demuxer, _decoder) = Decoder.Open(_item, _timeline.Track, _rules);
    }

    /// <summary>Goes near a sample in containers that seek to the packet asked for; others are read on.</summary>
    private void Seek(long sample)
    {
        if (!_demuxer.IsExact)
            return;
        long time = _firstTick + (long)Math.Floor(((double)(sample - _lead) / Rate - Run) / _timeline.Track.TickSeconds);
        if (!_demuxer.TrySeek(_timeline.Track, time))
            return;
        _decoder.Flush();
        _held.Clear();
        (_isDrained, _hasJumped) = (false, true);
        // A file whose seeking ends beyond the goal is read from its start.
        if (TryTake() && _held.Peek().Place > sample)
            Restart();
    }

    private bool TryTake()
    {
        if (!TryDecode())
            return false;
        Take();
        return true;
    }

    private bool TryDecode()
    {
        while (true)
        {
            switch (_decoder.Receive())
            {
                case Decoder.Result.Frame:
                    _hasBegun = true;
                    return true;
                case Decoder.Result.Failed:
                    Lose(_decoder.Problem);
                    break;
                case Decoder.Result.NeedsPacket when !_isDrained:
                    Send();
                    break;
                default:
                    return false;
            }
        }
    }

    private void Send()
    {
        bool isThere = false;
        while (!isThere && _demuxer.Read())
            isThere = _demuxer.PacketTrack == _timeline.Track.Index;
        _isDrained = !isThere;
        if (isThere && (_demuxer.PacketFlags & Ffmpeg.IsCorrupt) != 0 && !_rules.TolerateDamage)
            Lose("a packet is damaged");
        else if (_decoder.Send(isThere ? _demuxer.Packet : null) == Decoder.Result.Failed)
            Lose(_decoder.Problem);
    }

    /// <summary>
    /// Counts a packet that can't be decoded. Those right after a jump may need what was jumped over, and those at the start of a stream what was cut
    /// off, as long as they are few.
    /// </summary>
    private void Lose(string problem)
    {
        _problem = problem;
        bool isOfCut = !_hasBegun && _demuxer.BeginsAnywhere && ++_cut <= Stray;
        if (!_hasJumped && !isOfCut && ++_lost > _allowed)
            throw new BadMediaException($"ffmpeg can't decode it ({_problem})");
    }

    /// <summary>Holds the samples of the current frame.</summary>
    private void Take()
    {
        byte* frame = _decoder.Frame;
        float[] samples = new float[Math.Max(*(int*)(frame + FfmpegLayout.FrameSamples), 0)];
        Mix(frame, samples);
        // Joined files may go on at another rate.
        samples = Resampler.Resample(samples, SampleRate, Rate);
        long place = _decoder.FrameTime == Demuxer.NoTime ? _next : PlaceOf(_decoder.FrameTime);
        if (!_hasJumped && _next > 0 && (_demuxer.IsPlainSound || Math.Abs(place - _next) <= Jitter * Rate))
            place = _next;
        _next = _hasJumped ? place : _next;
        _hasJumped = false;
        // What overlaps with the frame before is there already.
        int skip = (int)Math.Clamp(_next - place, 0, samples.Length);
        _next = place + samples.Length > _next ? place + samples.Length : _next;
        _held.Enqueue(new(place + skip, samples[skip..]));
    }

    private void Mix(byte* frame, Span<float> samples)
    {
        int channels = Math.Max(1, Ffmpeg.Read<int>((nint)frame, _ffmpeg.Layout.FrameChannels));
        byte** planes = *(byte***)(frame + FfmpegLayout.FramePlanes);
        // FFmpeg's kinds of samples, first those whose channels alternate, then those with a plane for each.
        switch (*(int*)(frame + FfmpegLayout.FrameFormat))
        {
            case 0: Mix<byte>(planes, channels, false, samples, 128, 128); break;
            case 1: Mix<short>(planes, channels, false, samples, 0, 1 << 15); break;
            case 2: Mix<int>(planes, channels, false, samples, 0, 1L << 31); break;
            case 3: Mix<float>(planes, channels, false, samples, 0, 1); break;
            case 4: Mix<double>(planes, channels, false, samples, 0, 1); break;
            case 5: Mix<byte>(planes, channels, true, samples, 128, 128); break;
            case 6: Mix<short>(planes, channels, true, samples, 0, 1 << 15); break;
            case 7: Mix<int>(planes, channels, true, samples, 0, 1L << 31); break;
            case 8: Mix<float>(planes, channels, true, samples, 0, 1); break;
            case 9: Mix<double>(planes, channels, true, samples, 0, 1); break;
            case 10: Mix<long>(planes, channels, false, samples, 0, Math.Pow(2, 63)); break;
            case 11: Mix<long>(planes, channels, true, samples, 0, Math.Pow(2, 63)); break;
            default: throw new BadMediaException("its samples are of an unknown kind");
        }
    }

    private static void Mix<T>(byte** planes, int channels, bool isPlanar, Span<float> samples, double zero, double one) where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < samples.Length; i++)
        {
            double sum = 0;
            for (int channel = 0; channel < channels; channel++)
                sum += double.CreateTruncating(isPlanar ? ((T*)planes[channel])[i] : ((T*)planes[0])[i * channels + channel]);
            float mean = (float)((sum / channels - zero) / one);
            samples[i] = float.IsFinite(mean) ? mean : throw new BadMediaException("it has samples that are not numbers");
        }
    }

    /// <summary>Decoded samples and where they belong.</summary>
    private readonly record struct Held(long Place, float[] Samples)
    {
        internal long End => Place + Samples.Length;
    }
}
