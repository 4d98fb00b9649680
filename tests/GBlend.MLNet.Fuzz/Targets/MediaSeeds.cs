using System.Text;
using GBlend.MLNet.Media;
using GBlend.MLNet.Media.Tests;
using OpenCvSharp;

namespace GBlend.MLNet.Fuzz;

/// <summary>Good media files of all kinds, small ones, so that what is changed is often what matters.</summary>
internal static class MediaSeeds
{
    private const double Seconds = 0.6;

    /// <summary>Extensions of sound files and their encoders.</summary>
    private static readonly (string Extension, string Encoder)[] s_sounds =
    [
        ("wav", "pcm_s16le"), ("wav", "pcm_f32le"), ("wav", "pcm_s24le -ac 2"), ("wav", "pcm_mulaw"), ("wav", "adpcm_ms"), ("w64", "pcm_s16le"),
        ("mp3", "libmp3lame"), ("mp3", "libmp3lame -write_xing 0"), ("flac", "flac"), ("ogg", "libvorbis"), ("opus", "libopus"), ("oga", "flac"),
        ("m4a", "aac"), ("m4a", "alac"), ("wma", "wmav2"), ("aiff", "pcm_s16be"), ("au", "pcm_s16be"), ("caf", "pcm_s16le"), ("ac3", "ac3"), ("eac3", "eac3"),
        ("aac", "aac"), ("tta", "tta"), ("wv", "wavpack"), ("mp2", "mp2"), ("mka", "libopus"), ("voc", "pcm_u8"), ("dts", "dca -strict -2"),
    ];

    /// <summary>Extensions of images and how the program ffmpeg writes them.</summary>
    private static readonly (string Extension, string Arguments)[] s_images =
    [
        ("png", "-pix_fmt rgb24"), ("png", "-pix_fmt rgba64be"), ("png", "-pix_fmt gray"), ("png", "-pix_fmt pal8"), ("png", "-pix_fmt monob"),
        ("jpg", ""), ("jpg", "-pix_fmt yuvj444p"), ("bmp", "-pix_fmt bgr24"), ("bmp", "-pix_fmt pal8"),
        ("tiff", "-pix_fmt rgb24 -compression_algo deflate"), ("tiff", "-pix_fmt rgb24 -compression_algo lzw"), ("tiff", "-pix_fmt gray -compression_algo raw"),
        ("ppm", ""), ("pgm", "-pix_fmt gray"), ("pbm", "-pix_fmt monow"), ("webp", "-c:v libwebp"),
        ("webp", "-c:v libwebp -lossless 1"), ("gif", ""), ("apng", "-plays 0"),
    ];

    /// <summary>Writes as many as are asked for, of all kinds alike.</summary>
    internal static void Write(string folder, int most)
    {
        var all = Videos().Concat(Sounds()).Concat(Images()).Concat(Others()).ToArray();
        int count = Math.Min(most, all.Length);
        string secret = Path.Combine(folder, OpenedFile.Name);
        Ffmpeg(Picture("25"), secret, Seconds, "-c:v mpeg2video");
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount / 2) };
        Parallel.For(0, count, sideBySide, i => all[i * all.Length / count](folder, secret));
    }

    private static string Picture(string rate) => $"testsrc2=s=64x48:r={rate}:d={Seconds}";

    private static IEnumerable<Action<string, string>> Videos() =>
        Coding.Usual.Concat(Coding.Further).Select((coding, i) => (Action<string, string>)((folder, _) =>
        {
            string pixels = coding.Video.Contains("-pix_fmt") || coding.Container == "gif" ? "" : "-pix_fmt yuv420p";
            string path = Path.Combine(folder, $"video{i:000}.{coding.Container}"), sound = coding.Sound.Length == 0 ? "" : $"-c:a {coding.Sound}";
            Ffmpeg(Picture("25"), path, sound.Length == 0 ? 0 : Seconds, $"-c:v {coding.Video} {pixels} {sound}");
        }));

    private static IEnumerable<Action<string, string>> Sounds() => s_sounds.Select((sound, i) => (Action<string, string>)((folder, _) =>
        Ffmpeg(null, Path.Combine(folder, $"sound{i:00}.{sound.Extension}"), Seconds, "-c:a " + sound.Encoder)));

    private static IEnumerable<Action<string, string>> Images() => s_images.Select((image, i) => (Action<string, string>)((folder, _) =>
        Ffmpeg(Picture("1"), Path.Combine(folder, $"image{i:00}.{image.Extension}"), 0, "-frames:v 1 " + image.Arguments)));

    private static IEnumerable<Action<string, string>> Others()
    {
        yield return (folder, secret) =>
        {
            string photo = Path.Combine(folder, "motion.jpg"), video = secret + ".mp4";
            Ffmpeg(Picture("1"), photo, 0, "-frames:v 1");
            Ffmpeg(Picture("25"), video, 0, "-c:v libx264");
            using (var file = File.Open(photo, FileMode.Append))
                file.Write(File.ReadAllBytes(video));
            File.Delete(video);
        };
        yield return (folder, _) =>
        {
            using var picture = new Mat(48, 64, MatType.CV_8UC3, new Scalar(20, 90, 200));
            Cv2.Circle(picture, new Point(30, 20), 12, new Scalar(250, 250, 0), -1);
            var progressive = new ImageEncodingParam(ImwriteFlags.JpegProgressive, 1);
            Cv2.ImWrite(Path.Combine(folder, "progressive.jpg"), picture, progressive, new ImageEncodingParam(ImwriteFlags.JpegRstInterval, 2));
        };
        foreach (string kind in Playlist.Kinds)
        {
            foreach (string form in (string[])["", "file:", "relative"])
            {
                yield return (folder, secret) => File.WriteAllText(
                    Path.Combine(folder, $"playlist {kind} {form.TrimEnd(':')}.mp4"),
                    Playlist.Write(kind, form == "relative" ? OpenedFile.Name : form + secret), Encoding.UTF8);
            }
        }
    }

    private static void Ffmpeg(string? picture, string path, double sound, string arguments) => MediaFiles.RunFfmpeg(
    [
        .. picture is null ? [] : (string[])["-f", "lavfi", "-i", picture],
        .. sound == 0 ? [] : (string[])["-f", "lavfi", "-i", FormattableString.Invariant($"sine=800:r=48000:d={sound}")],
        .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), path,
    ]);
}
