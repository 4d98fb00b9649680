namespace GBlend.MLNet;

/// <summary>
/// Where FFmpeg's structures have the members that are read, in bytes from their start. They differ between major versions of its libraries, which
/// promise to keep them within one.
/// </summary>
internal sealed record FfmpegLayout
{
    /// <summary>FFmpeg 7.</summary>
    internal static FfmpegLayout Seven { get; } = new()
    {
        Format = 61,
        Codec = 61,
        Util = 59,
        Scale = 8,
        FormatDuration = 104,
        StreamCodec = 16,
        StreamTimeBase = 32,
        StreamFrameCount = 56,
        StreamDisposition = 64,
        StreamDiscard = 68,
        StreamRate = 88,
        CodecWidth = 72,
        CodecSampleRate = 152,
        CodecSideData = 32,
        FrameSampleRate = 192,
        FrameChannels = 412,
        FrameFlags = 292,
        FrameColorRange = 296,
        FrameColorSpace = 308,
        FrameTime = 320,
        FrameErrors = 344,
    };

    /// <summary>FFmpeg 6.</summary>
    internal static FfmpegLayout Six { get; } = Seven with
    {
        Format = 60,
        Codec = 60,
        Util = 58,
        Scale = 7,
        FormatDuration = 72,
        CodecWidth = 56,
        CodecSampleRate = 116,
        CodecSideData = null,
        FrameSampleRate = 208,
        FrameChannels = 452,
        FrameFlags = 316,
        FrameColorRange = 320,
        FrameColorSpace = 332,
        FrameTime = 344,
        FrameErrors = 376,
    };

    /// <summary>FFmpeg 5.1; 5.0 has no channel layouts of the kind that is read.</summary>
    internal static FfmpegLayout Five { get; } = Six with
    {
        Format = 59,
        Codec = 59,
        Util = 57,
        Scale = 6,
        StreamCodec = 208,
        StreamTimeBase = 16,
        StreamFrameCount = 40,
        StreamDisposition = 48,
        StreamDiscard = 52,
        StreamRate = 72,
    };

    internal static IReadOnlyList<FfmpegLayout> All { get; } = [Seven, Six, Five];

    // The same in all these versions.
    internal const int FormatInput = 8, FormatIO = 32, FormatStreamCount = 44, FormatStreams = 48;
    internal const int IOBuffer = 8;
    internal const int InputName = 0;
    internal const int CodecType = 0, CodecId = 4;
    internal const int PacketTime = 8, PacketDecodingTime = 16, PacketData = 24, PacketSize = 32, PacketStream = 36, PacketFlags = 40, PacketDuration = 64;
    internal const int KindComponents = 8, KindFirst = 24, KindSize = 20;
    internal const int FrameData = 0, FrameLineSizes = 64, FramePlanes = 96, FrameWidth = 104, FrameHeight = 108, FrameSamples = 112, FrameFormat = 116;

    /// <summary>The major version of libavformat.</summary>
    internal required int Format { get; init; }

    /// <summary>The major version of libavcodec.</summary>
    internal required int Codec { get; init; }

    /// <summary>The major version of libavutil.</summary>
    internal required int Util { get; init; }

    /// <summary>The major version of libswscale.</summary>
    internal required int Scale { get; init; }

    internal required int FormatDuration { get; init; }

    internal required int StreamCodec { get; init; }

    internal required int StreamTimeBase { get; init; }

    internal required int StreamFrameCount { get; init; }

    internal required int StreamDisposition { get; init; }

    internal required int StreamDiscard { get; init; }

    /// <summary>The mean rate.</summary>
    internal required int StreamRate { get; init; }

    /// <summary>The height follows it.</summary>
    internal required int CodecWidth { get; init; }

    internal required int CodecSampleRate { get; init; }

    /// <summary>Data that is stored outside the packets, whose number follows; <see langword="null"/> where the stream has them.</summary>
    internal required int? CodecSideData { get; init; }

    internal required int FrameSampleRate { get; init; }

    internal required int FrameChannels { get; init; }

    internal required int FrameFlags { get; init; }

    internal required int FrameColorRange { get; init; }

    internal required int FrameColorSpace { get; init; }

    /// <summary>The best guess of a frame's time, in units of its stream.</summary>
    internal required int FrameTime { get; init; }

    internal required int FrameErrors { get; init; }
}
