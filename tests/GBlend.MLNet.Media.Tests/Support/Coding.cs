namespace GBlend.MLNet.Media.Tests;

/// <summary>A container, a coding of video and one of sound, as the program ffmpeg writes them.</summary>
/// <param name="Container">The extension of the file, which may say more before its last point.</param>
/// <param name="Video">The encoder of the video and its options.</param>
/// <param name="Sound">The encoder of the sound and its options; empty for none.</param>
internal sealed record Coding(string Container, string Video, string Sound)
{
    /// <summary>Each container with what it mostly has.</summary>
    internal static IReadOnlyList<Coding> Usual { get; } =
    [
        new("mp4", "libx264 -g 12 -bf 2", "aac"),
        new("mp4", "libx264 -g 12 -pix_fmt yuv420p10le", "aac"),
        new("mp4", "libx265 -g 12 -x265-params log-level=none", "aac"),
        new("mp4", "mpeg4 -g 12 -bf 2", "libmp3lame"),
        new("mp4", "libvpx-vp9 -g 12 -deadline realtime", "aac"),
        new("mp4", "libaom-av1 -cpu-used 8 -usage realtime -g 12", "aac"),
        new("mp4", "mpeg2video -g 12 -bf 2", "ac3"),
        new("frag.mp4", "libx264 -g 12 -bf 2 -movflags frag_keyframe+empty_moov", "aac"),
        new("frag.mp4", "libx265 -g 12 -x265-params log-level=none -movflags frag_keyframe+empty_moov", "aac"),
        new("mov", "libx264 -g 12", "pcm_s16le"),
        new("mov", "mjpeg -pix_fmt yuvj420p", "pcm_s16le"),
        new("mov", "prores_ks -pix_fmt yuv422p10le", "pcm_s24le"),
        new("mkv", "libx264 -g 12 -bf 2", "flac"),
        new("mkv", "ffv1", "pcm_s16le"),
        new("mkv", "mpeg4 -g 12 -bf 2", "libmp3lame"),
        new("mkv", "libx265 -g 12 -x265-params log-level=none", "eac3"),
        new("mkv", "libtheora -g 12", "libvorbis"),
        new("webm", "libvpx -g 12 -auto-alt-ref 1 -lag-in-frames 12 -b:v 200k -deadline realtime", "libvorbis"),
        new("webm", "libvpx-vp9 -g 12 -auto-alt-ref 1 -lag-in-frames 12 -b:v 200k -deadline realtime", "libopus"),
        new("avi", "mpeg4 -g 12 -bf 2", "pcm_s16le"),
        new("avi", "mpeg4 -g 12", "libmp3lame"),
        new("avi", "mjpeg -pix_fmt yuvj420p", "pcm_s16le"),
        new("avi", "libx264 -g 12 -bf 2", "pcm_s16le"),
        new("avi", "msmpeg4 -g 12", "mp2"),
        new("ts", "libx264 -g 12 -bf 2", "aac"),
        new("ts", "libx265 -g 12 -x265-params log-level=none", "aac"),
        new("ts", "mpeg2video -g 12 -bf 2", "mp2"),
        new("flv", "libx264 -g 12 -bf 2", "aac"),
        new("flv", "flv -g 12", "libmp3lame -ar 44100"),
        new("wmv", "wmv2 -g 12", "wmav2"),
        new("wmv", "msmpeg4 -g 12", "libmp3lame"),
        new("mpg", "mpeg1video -g 12 -bf 2", "mp2"),
        new("mpg", "mpeg2video -g 12 -bf 2", "mp2"),
        new("vob", "mpeg2video -g 12 -bf 2", "ac3"),
        new("ogv", "libtheora -g 12", "libvorbis"),
        new("nut", "mpeg4 -g 12 -bf 2", "libmp3lame"),
        new("mxf", "mpeg2video -g 12", "pcm_s16le"),
        new("3gp", "mpeg4 -g 12", "aac"),
        new("gif", "gif", ""),
        new("h264", "libx264 -g 12 -bf 2", ""),
        new("ivf", "libvpx -g 12 -deadline realtime", ""),
    ];

    /// <summary>What else containers have.</summary>
    internal static IReadOnlyList<Coding> Further { get; } = [.. MakeFurther()];

    private static IEnumerable<Coding> MakeFurther()
    {
        const string Vp8 = "libvpx -g 12 -deadline realtime", Vp9 = "libvpx-vp9 -g 12 -deadline realtime", Av1 = "libaom-av1 -cpu-used 8 -usage realtime -g 12";
        const string X265 = "libx265 -g 12 -x265-params log-level=none", Mpeg2 = "mpeg2video -g 12 -bf 2", Interlaced = "-flags +ilme+ildct",
            OneAfterOther = "libx264 -g 12 -bf 0";
        const string OpenGroups = "libx264 -g 12 -bf 3 -x264-params open-gop=1";
        const string X264 =
            $"libx264 -g 12 -bf 2|{OneAfterOther}|{OpenGroups}|libx264 -g 12 -pix_fmt yuv420p10le|libx264 -g 12 -pix_fmt yuv444p|libx264 -g 12 {Interlaced}";
        const string Pictures = "ffv1|huffyuv|ffvhuff -pix_fmt yuv420p|utvideo|magicyuv -pix_fmt gbrp|rawvideo|png -pix_fmt rgb24|mjpeg -pix_fmt yuvj420p";
        (string Container, string Sound, string Codings)[] all =
        [
            ("mp4", "aac", $"{X264}|{X265}:bframes=0|{X265} -pix_fmt yuv420p10le|{X265}:open-gop=1|mpeg4 -g 12|mpeg2video -g 12|mpeg1video -g 12 -bf 2"),
            ("mp4", "aac", $"mjpeg -pix_fmt yuvj420p|{Vp9} -auto-alt-ref 1 -lag-in-frames 12 -b:v 200k"),
            ("mp4", "alac", "libx264 -g 12 -bf 2"),
            ("mp4", "libopus", "libx264 -g 12 -bf 2"),
            ("frag.mp4", "aac", Fragmented($"{OneAfterOther}|{X265}:bframes=0|mpeg4 -g 12 -bf 2|{Vp9}|{Av1}")),
            ("mov", "pcm_s16le",
                $"{X264}|{X265}|mpeg4 -g 12 -bf 2|qtrle -pix_fmt rgb24|png -pix_fmt rgb24|svq1 -g 12 -pix_fmt yuv410p|{Mpeg2}|rawvideo -pix_fmt rgb24"),
            ("mov", "aac", "libx264 -g 12 -bf 2"),
            ("mkv", "pcm_s16le",
                $"{X264}|{X265}:bframes=0|mpeg1video -g 12 -bf 2|{Mpeg2}|{Vp8}|{Vp9}|{Av1}|prores_ks -pix_fmt yuv422p10le|wmv2 -g 12|msmpeg4 -g 12|{Pictures}"),
            ("mkv", "libopus", "libx264 -g 12 -bf 2"),
            ("webm", "libopus", $"{Vp8}|{Vp9}|{Av1}"),
            ("avi", "pcm_s16le",
                $"{OneAfterOther}|msmpeg4v2 -g 12|mpeg1video -g 12|{Mpeg2}|{Vp8}|zmbv -g 12 -pix_fmt bgr0|asv2|wmv1 -g 12|wmv2 -g 12|{Pictures}"),
            ("avi", "ac3", "mpeg4 -g 12"),
            ("ts", "aac", $"{OneAfterOther}|{OpenGroups}|{X265}:bframes=0|mpeg4 -g 12 -bf 2"),
            ("ts", "ac3", $"mpeg1video -g 12 -bf 2|mpeg2video -g 12|mpeg2video -g 12 {Interlaced}"),
            ("ts", "libopus", "libx264 -g 12 -bf 2"),
            ("flv", "aac", $"{OneAfterOther}|flashsv -g 12 -pix_fmt bgr24"),
            ("wmv", "wmav2", "wmv1 -g 12|msmpeg4v2 -g 12|mjpeg -pix_fmt yuvj420p"),
            ("wmv", "wmav1", "wmv2 -g 12"),
            ("mpg", "mp2", $"mpeg1video -g 12|mpeg2video -g 12|mpeg2video -g 12 {Interlaced}"),
            ("ogv", "flac", "libtheora -g 12"),
            ("ogv", "libopus", "libtheora -g 30"),
            ("nut", "pcm_s16le", $"libx264 -g 12 -bf 2|ffv1|{X265}"),
        ];
        return all.SelectMany(row => row.Codings.Split('|').Select(coding => new Coding(row.Container, coding, row.Sound)));

        static string Fragmented(string codings) => string.Join('|', codings.Split('|').Select(coding => coding + " -movflags frag_keyframe+empty_moov"));
    }
}
