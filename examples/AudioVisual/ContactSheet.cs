using GBlend.MLNet;
using Microsoft.ML;
using OpenCvSharp;

namespace AudioVisual;

/// <summary>One picture of test rows: frames, spectrograms, images and texts, with what the model says and what is true.</summary>
internal sealed class ContactSheet(MediaPlan plan, int rows = 12, int columns = 3)
{
    /// <summary>The column with the true label as text.</summary>
    public const string Truth = "Truth";

    private const int Margin = 12, Tile = 84, Strip = 4, Spectrogram = 80, Line = 18;
    private const int CellWidth = Strip * Tile, Gap = 4;

    private static readonly Scalar Ink = new(40, 40, 40), Right = new(60, 130, 20), Wrong = new(40, 40, 210), Paper = new(255, 255, 255);

    private int PictureHeight => (plan.Clip is null ? 0 : Tile + Gap) + (plan.LogMel is null ? 0 : Spectrogram + Gap)
        + (plan.Image is null ? 0 : 2 * Tile + Gap) + (plan.Tokens is null ? 0 : Line);

    private int CellHeight => PictureHeight + 2 * Line;

    /// <summary>Draws rows spread evenly over the scored ones and writes a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="scored">With the media columns, Truth, PredictedLabel and Score.</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="caption">The first line.</param>
    public void Save(string path, IDataView scored, int count, string caption)
    {
        int shown = Math.Min(rows, count), down = (shown + columns - 1) / columns;
        using var sheet = new Mat(Margin + 2 * Line + down * (CellHeight + Margin), Margin + columns * (CellWidth + Margin), MatType.CV_8UC3, Paper);
        Write(sheet, caption, Margin, Margin + Line - 4, Ink, 0.5);
        int cell = 0, next = 0;
        using var cursor = scored.GetRowCursor(scored.Schema);
        var row = new ScoredRow(cursor, plan);
        while (cell < shown && cursor.MoveNext())
        {
            if (cursor.Position < next)
                continue;
            Draw(sheet, row, Margin + cell % columns * (CellWidth + Margin), Margin + 2 * Line + cell / columns * (CellHeight + Margin));
            cell++;
            next = (int)((long)cell * count / shown);
        }
        Cv2.ImWrite(path, sheet);
    }

    private void Draw(Mat sheet, ScoredRow row, int x, int y)
    {
        if (plan.Clip is { } clip)
        {
            if (row.Video() is { Length: > 0 } pixels)
            {
                int frame = clip.Height * clip.Width * (clip.Grayscale ? 1 : 3), start = clip.ClipsPerVideo / 2 * clip.FrameCount;
                for (int i = 0; i < Math.Min(Strip, clip.FrameCount); i++)
                {
                    int at = (start + i * (clip.FrameCount - 1) / Math.Max(1, Strip - 1)) * frame;
                    Place(sheet, pixels[at..(at + frame)], clip.Height, clip.Width, clip.Grayscale, new Rect(x + i * Tile, y, Tile - 2, Tile));
                }
            }
            else
                Write(sheet, "no video", x, y + Line, Ink);
            y += Tile + Gap;
        }
        if (plan.LogMel is { } logMel)
        {
            if (row.Audio() is { Length: > 0 } values && !float.IsNaN(values[0]))
                PlaceSpectrogram(sheet, values, logMel, plan.Clips, new Rect(x, y, CellWidth - 2, Spectrogram));
            else
                Write(sheet, "no sound", x, y + Line, Ink);
            y += Spectrogram + Gap;
        }
        if (plan.Image is { } image)
        {
            if (row.Image() is { Length: > 0 } pixels)
                Place(sheet, pixels, image.Height, image.Width, image.Grayscale, new Rect(x, y, 2 * Tile, 2 * Tile));
            else
                Write(sheet, "no image", x, y + Line, Ink);
            y += 2 * Tile + Gap;
        }
        if (plan.Tokens is not null)
        {
            Write(sheet, row.Words(), x, y + Line - 5, Ink);
            y += Line;
        }
        bool isRight = row.Label() == row.PredictedLabel();
        Write(sheet, $"said: {row.PredictedLabel()}  ({100 * row.Score().Max():0} %)", x, y + Line - 5, isRight ? Right : Wrong);
        Write(sheet, $"true: {row.Label()}", x, y + 2 * Line - 5, Ink);
    }

    private static void Place(Mat sheet, byte[] pixels, int height, int width, bool isGray, Rect at)
    {
        using var picture = Mat.FromPixelData(height, width, isGray ? MatType.CV_8UC1 : MatType.CV_8UC3, pixels);
        using var colored = new Mat();
        using var large = new Mat();
        Cv2.CvtColor(picture, colored, isGray ? ColorConversionCodes.GRAY2BGR : ColorConversionCodes.RGB2BGR);
        Cv2.Resize(colored, large, at.Size, interpolation: InterpolationFlags.Nearest);
        using var target = new Mat(sheet, at);
        large.CopyTo(target);
    }

    /// <summary>Time to the right, high bands at the top; each by its own range.</summary>
    private static void PlaceSpectrogram(Mat sheet, float[] values, LogMelOptions options, int clips, Rect at)
    {
        int frames = options.FrameCount, bands = options.Spectrum.Bands, start = clips / 2 * frames * bands;
        var shown = values.AsSpan(start, frames * bands);
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        foreach (float value in shown)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        byte[] pixels = new byte[bands * frames];
        for (int t = 0; t < frames; t++)
        {
            for (int b = 0; b < bands; b++)
                pixels[(bands - 1 - b) * frames + t] = (byte)(255 * (shown[t * bands + b] - least) / Math.Max(1e-6f, most - least));
        }
        using var picture = Mat.FromPixelData(bands, frames, MatType.CV_8UC1, pixels);
        using var colored = new Mat();
        using var large = new Mat();
        Cv2.ApplyColorMap(picture, colored, ColormapTypes.Viridis);
        Cv2.Resize(colored, large, at.Size, interpolation: InterpolationFlags.Linear);
        using var target = new Mat(sheet, at);
        large.CopyTo(target);
    }

    /// <summary>OpenCV's letters are ASCII; what they lack becomes a question mark.</summary>
    private static void Write(Mat sheet, string text, int x, int y, Scalar color, double scale = 0.45)
    {
        string ascii = string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c : '?'));
        if (ascii.Length > 120)
            ascii = ascii[..117] + "...";
        Cv2.PutText(sheet, ascii, new Point(x, y), HersheyFonts.HersheySimplex, scale, color, 1, LineTypes.AntiAlias);
    }

    /// <summary>The values of the row that a cursor is at.</summary>
    private sealed class ScoredRow(DataViewRow row, MediaPlan plan)
    {
        public Func<byte[]> Video { get; } = plan.Clip is null ? () => [] : row.Values<byte>(MediaPlan.Video);

        public Func<float[]> Audio { get; } = plan.LogMel is null ? () => [] : row.Values<float>(MediaPlan.Audio);

        public Func<byte[]> Image { get; } = plan.Image is null ? () => [] : row.Values<byte>(MediaPlan.Picture);

        public Func<string> Words { get; } = row.Text(nameof(MediaRow.Words));

        public Func<string> PredictedLabel { get; } = row.Text("PredictedLabel");

        public Func<string> Label { get; } = row.Text(Truth);

        public Func<float[]> Score { get; } = row.Values<float>("Score");
    }
}
