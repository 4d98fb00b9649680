using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Decodes a video forwards, with every frame told apart by its time or counted.</summary>
internal sealed unsafe class FrameReader : IDisposable
{
    /// <summary>Up to so many frames ahead reading on is cheaper than seeking.</summary>
    private const int SeekDistance = 4;

    private readonly MediaItem _item;
    private readonly VideoTimeline _timeline;
    private readonly ReadingRules _rules;
    private readonly PictureConverter _converter;
    private Demuxer _demuxer;
    private Decoder _decoder;
    private int _frame = -1;
    private int? _expected;
    private long _keyTime = Demuxer.NoTime;
    private long _pixels;
    private bool _isDrained, _canSeek, _hasBegun, _hasKey;

    /// <summary>Opens a video at its start.</summary>
    /// <exception cref="BadMediaException">It can't be decoded.</exception>
    internal FrameReader(MediaItem item, VideoTimeline timeline, ReadingRules rules)
    {
        (_item, _timeline, _rules, _canSeek) = (item, timeline, rules, timeline.Keys.Length > 0);
        _converter = new PictureConverter(timeline.Track.Turn, rules.Limits);
        (_demuxer, _decoder) = Decoder.Open(_item, _timeline.Track, _rules);
    }

    /// <summary>When the current frame is shown, in ticks, or <see cref="Demuxer.NoTime"/>.</summary>
    internal long Time => _decoder.FrameTime;

    /// <summary>Width and height of the current frame as it is shown.</summary>
    internal (int Width, int Height) Size => _converter.SizeOf(_decoder.Frame);

    /// <summary>What is wrong where reading ended because of damage.</summary>
    internal string? Damage { get; private set; }

    /// <summary>What was said last of a packet that could not be decoded.</summary>
    internal string? Problem { get; private set; }

    /// <summary>How many of the frames decoded so far were damaged, and filled in or lost.</summary>
    internal int Concealed { get; private set; }

    /// <summary>Decodes the frame with a number.</summary>
    /// <param name="frame">From 0, and not before the current one.</param>
    /// <returns>Whether it is there, and all that is decoded before it is what the timeline says.</returns>
    internal bool TryRead(int frame)
    {
        SeekTowards(frame);
        while (_frame < frame)
        {
            if (!TryReadNext())
                return false;
        }
        return _frame == frame;
    }

    /// <summary>Decodes the next frame.</summary>
    /// <returns>Whether there is one, and the one that the timeline says.</returns>
    internal bool TryReadNext()
    {
        if (!TryDecode())
            return false;
        int next = _expected ?? _frame + 1;
        _expected = null;
        if (!_timeline.IsCounted && Array.BinarySearch(_timeline.Ticks, _decoder.FrameTime) != next)
            return false;
        _frame = next;
        return true;
    }

    /// <summary>The current frame as 8-bit RGB values, valid until the next.</summary>
    internal Mat Picture() => _converter.Convert(_decoder.Frame);

    public void Dispose()
    {
        _decoder.Dispose();
        _demuxer.Dispose();
        _converter.Dispose();
    }

    /// <summary>Goes to the last key frame at or before a frame, if that is well ahead.</summary>
    private void SeekTowards(int frame)
    {
        if (!_canSeek || frame >= _timeline.Frames)
            return;
        int place = Array.BinarySearch(_timeline.Keys, frame);
        int key = place >= 0 ? frame : ~place > 0 ? _timeline.Keys[~place - 1] : 0;
        if (key - _frame <= SeekDistance)
            return;
        _decoder.Flush();
        (_isDrained, _hasBegun, _hasKey) = (false, true, true);
        (_keyTime, _expected) = (_timeline.Ticks[key], key);
        if (_demuxer.TrySeek(_timeline.Track, _keyTime) && TryReadPacket() && _demuxer.PacketTime == _keyTime && (_demuxer.PacketFlags & Ffmpeg.IsKey) != 0)
        {
            Send(_demuxer.Packet);
            return;
        }
        // This file does not seek where it should: it is read from its start.
        Dispose(ref _decoder, ref _demuxer);
        (_canSeek, _frame, _keyTime, _expected, _hasBegun, _hasKey) = (false, -1, Demuxer.NoTime, null, false, false);
        (_demuxer, _decoder) = Decoder.Open(_item, _timeline.Track, _rules);
    }

    private static void Dispose(ref Decoder decoder, ref Demuxer demuxer)
    {
        decoder.Dispose();
        demuxer.Dispose();
    }

    private bool TryReadPacket()
    {
        while (_demuxer.Read())
        {
            if (_demuxer.PacketTrack == _timeline.Track.Index)
                return true;
        }
        return false;
    }

    private bool TryDecode()
    {
        while (Damage is null)
        {
            switch (_decoder.Receive())
            {
                case Decoder.Result.Frame:
                    _hasBegun = true;
                    CountPixels();
                    if (!_decoder.IsConcealed)
                        return true;
                    Note("a frame is damaged");
                    if (Damage is null)
                        return true;
                    break;
                case Decoder.Result.Failed:
                    Note(_decoder.Problem);
                    break;
                case Decoder.Result.NeedsPacket when !_isDrained:
                    SendNext();
                    break;
                default:
                    return false;
            }
        }
        return false;
    }

    /// <summary>Frames of few bytes may have many pixels, each of which takes time.</summary>
    private void CountPixels()
    {
        var (width, height) = Size;
        if ((_pixels += (long)width * height) > _rules.Limits.MaxDecodedPixels)
            throw new BadMediaException($"its clips need more pixels decoded than there may be: {nameof(MediaLimits)}.{nameof(MediaLimits.MaxDecodedPixels)} "
                + $"allows {_rules.Limits.MaxDecodedPixels}");
    }

    private void SendNext()
    {
        do
        {
            if (!TryReadPacket())
            {
                _isDrained = true;
                Send(null);
                return;
            }
        }
        // Frames that are shown before the key frame but stored after it may need what was not decoded, and none of the frames to come needs them.
        while (_demuxer.PacketTime < _keyTime && _demuxer.PacketTime != Demuxer.NoTime);
        _hasKey |= (_demuxer.PacketFlags & Ffmpeg.IsKey) != 0;
        if (!_rules.TolerateDamage && (_demuxer.PacketFlags & Ffmpeg.IsCorrupt) != 0)
            Note("a packet is damaged");
        else
            Send(_demuxer.Packet);
    }

    private void Send(byte* packet)
    {
        if (_decoder.Send(packet) == Decoder.Result.Failed)
            Note(_decoder.Problem);
    }

    /// <summary>
    /// Counts damage, and ends reading where it is not tolerated. What can't be decoded at the start builds on what was cut off, which is no damage.
    /// </summary>
    private void Note(string problem)
    {
        Problem = problem;
        if (!_hasBegun && (!_hasKey || _demuxer.BeginsAnywhere))
            return;
        Concealed++;
        if (!_rules.TolerateDamage)
            Damage = problem;
    }
}
