using GBlend.MLNet.Media;
using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GBlend.MLNet.Benchmarks;

/// <summary>LoadVideoClip against the loop that one would write by hand with OpenCvSharp, on the same files, for the same pixels.</summary>
internal static class LoadingBenchmarks
{
    private const int Files = 24, Frames = 200, Width = 320, Height = 240;
    private const int ThreadsProperty = 70;

    private static readonly VideoClipOptions Clip = new() { FrameCount = 16, FrameStride = 2, Height = 112, Width = 112, ShortSide = 128 };

    /// <summary>Clips per second with one cursor, and with two, over those of the plain loop in one thread.</summary>
    internal static (IReadOnlyList<double> OneCursor, IReadOnlyList<double> TwoCursors) ClipsOverPlainLoop()
    {
        string folder = Directory.CreateTempSubdirectory("gblend-benchmark").FullName;
        try
        {
            var ml = new MLContext(seed: 1);
            Row[] rows = [.. Enumerable.Range(0, Files).Select(i => new Row { Path = Write(Path.Combine(folder, $"{i}.mp4"), i) })];
            var view = ml.Data.LoadFromEnumerable(rows);
            var clips = ml.Transforms.LoadVideoClip("Clip", "Path", Clip).Fit(view).Transform(view);
            void Plain() => Array.ForEach(rows, row => PlainLoop(row.Path));
            void One() => Read(clips.GetRowCursor([clips.Schema["Clip"]]));
            void Two() => Parallel.ForEach(clips.GetRowCursorSet([clips.Schema["Clip"]], 2), new ParallelOptions { MaxDegreeOfParallelism = 2 }, Read);
            return (Pairs.Ratios(Plain, One), Pairs.Ratios(Plain, Two));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Read(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            var getter = cursor.GetGetter<VBuffer<byte>>(cursor.Schema["Clip"]);
            VBuffer<byte> value = default;
            while (cursor.MoveNext())
                getter(ref value);
        }
    }

    private static byte[] PlainLoop(string path)
    {
        byte[] clip = new byte[Clip.FrameCount * Clip.Height * Clip.Width * 3];
        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG, [ThreadsProperty, 1]);
        using Mat frame = new(), scaled = new();
        int span = (Clip.FrameCount - 1) * Clip.FrameStride + 1, side = Clip.ShortSide!.Value;
        capture.Set(VideoCaptureProperties.PosFrames, ((int)capture.Get(VideoCaptureProperties.FrameCount) - span) / 2);
        for (int i = 0; i < Clip.FrameCount; i++)
        {
            if (i > 0)
            {
                for (int skipped = 1; skipped < Clip.FrameStride; skipped++)
                    capture.Grab();
            }
            capture.Read(frame);
            double scale = (double)side / Math.Min(frame.Width, frame.Height);
            Cv2.Resize(frame, scaled, new Size(Math.Round(frame.Width * scale), Math.Round(frame.Height * scale)), interpolation: InterpolationFlags.Area);
            using var cut = new Mat(scaled, new Rect((scaled.Width - Clip.Width) / 2, (scaled.Height - Clip.Height) / 2, Clip.Width, Clip.Height));
            using var rgb = new Mat();
            Cv2.CvtColor(cut, rgb, ColorConversionCodes.BGR2RGB);
            rgb.GetArray(out Vec3b[] pixels);
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(pixels.AsSpan()).CopyTo(clip.AsSpan(i * Clip.Height * Clip.Width * 3));
        }
        return clip;
    }

    /// <summary>A disc that crosses a noisy picture.</summary>
    private static string Write(string path, int number)
    {
        var random = new Random(number);
        byte[] noise = new byte[Width * Height * 3];
        random.NextBytes(noise);
        MediaFiles.WriteVideo(path, Enumerable.Range(0, Frames).Select(frame =>
        {
            byte[] picture = new byte[noise.Length];
            for (int i = 0; i < picture.Length; i++)
            {
                int x = i / 3 % Width - frame * Width / Frames, y = i / 3 / Width - Height / 2;
                picture[i] = (byte)(x * x + y * y < 900 ? 220 : noise[i] / 8 + i / 3 % Width / 2);
            }
            return picture;
        }), Width, Height, coding: "mp4v");
        return path;
    }

    private sealed class Row
    {
        public string Path { get; set; } = "";
    }
}
