using Microsoft.ML;
using OpenCvSharp;

namespace GBlend.MLNet.Media.Tests;

/// <summary>The generated set is what it says: labels are in motion and sound, in nothing else, and the seed decides all.</summary>
public sealed class MovingShapesTests : IDisposable
{
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [Fact]
    public void Write_gives_files_that_hold_the_pictures_and_sounds()
    {
        var options = new MovingShapesOptions { Classes = 4, ClipsPerClass = 2, Scenes = 2, Seconds = 0.5 };

        var shapes = MovingShapes.Write(_media.Folder, options);

        Assert.Equal(8, shapes.Count);
        var shape = shapes[5];
        var ml = new MLContext();
        var clip = new VideoClipOptions { FrameCount = options.Frames, FrameStride = 1, Height = 48, Width = 48, ShortVideo = ShortVideo.Refuse };
        byte[] read = Assert.Single(ml.Transforms.LoadVideoClip("Out", "Path", clip).Read<byte>(ml.Paths(shape.VideoPath)));
        byte[] written = [.. MovingShapes.Frames(shape, options).SelectMany(f => f)];
        Assert.Equal(written.Length, read.Length);
        // The writer may keep colors at half the resolution; brightness comes back to a rounding.
        Assert.InRange(Enumerable.Range(0, read.Length / 3).Average(i => Math.Abs(Brightness(read, i) - Brightness(written, i))), 0, 3);
        Assert.Equal(44 + 2 * MovingShapes.Sound(shape, options).Length, new FileInfo(shape.AudioPath!).Length);
    }

    [Fact]
    public void Frames_and_sound_come_from_the_seed_and_not_from_the_number_of_videos()
    {
        var options = new MovingShapesOptions { Seconds = 0.3 };
        var shape = new MovingShape(3, 3, 0, "", null);
        byte[] Pictures(MovingShapesOptions o) => [.. MovingShapes.Frames(shape, o).SelectMany(f => f)];

        Assert.Equal(Pictures(options), Pictures(options with { ClipsPerClass = 7 }));
        Assert.Equal(MovingShapes.Sound(shape, options), MovingShapes.Sound(shape, options with { ClipsPerClass = 7 }));
        Assert.NotEqual(Pictures(options), Pictures(options with { Seed = 2 }));
        Assert.NotEqual(MovingShapes.Sound(shape, options), MovingShapes.Sound(shape, options with { Seed = 2 }));
    }

    [Fact]
    public void Every_class_differs_from_every_other_in_motion_or_in_melody()
    {
        var kinds = Enumerable.Range(0, MovingShapes.MostClasses).Select(c => (MovingShapes.MotionOf(c), MovingShapes.MelodyOf(c))).ToList();

        Assert.Equal(kinds.Count, kinds.Distinct().Count());
        for (int c = 0; c < kinds.Count; c += 4)
        {
            Assert.Equal(kinds[c].Item2, kinds[c + 1].Item2);
            Assert.Equal(kinds[c + 2].Item1, kinds[c + 3].Item1);
        }
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(2, 0, -1)]
    [InlineData(4, 0, 1)]
    public void Frames_move_as_the_class_says(int label, int x, int y)
    {
        for (int scene = 0; scene < 4; scene++)
        {
            // The background stands still, and so does not say where the shape goes: what differs from it does.
            var options = new MovingShapesOptions { PictureNoise = 0, Width = 96, Height = 96 };
            var (movedX, movedY) = MeanMovement([.. MovingShapes.Frames(new MovingShape(scene, label, scene, "", null), options)], 96);
            Assert.Equal((x, y), (Math.Sign(Math.Round(movedX)), Math.Sign(Math.Round(movedY))));
        }
    }

    [Fact]
    public void Sound_is_the_melody_that_the_class_says()
    {
        int[][] expected = [[0, 1, 2, 3], [0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3]];
        for (int label = 0; label < expected.Length; label++)
        {
            var options = new MovingShapesOptions { SoundNoise = 0 };
            string notes = Notes(MovingShapes.Sound(new MovingShape(label, label, label, "", null), options), options.SampleRate);
            string melody = string.Concat(expected[label]);
            Assert.True(notes.Length >= 12, notes);
            Assert.Contains(notes[1..^1], string.Concat(Enumerable.Repeat(melody, 8)), StringComparison.Ordinal);
        }
    }

    /// <summary>The mean shift between frames of what is not the mean picture, round the edges.</summary>
    private static (double X, double Y) MeanMovement(byte[][] frames, int size)
    {
        double[] background = new double[size * size];
        foreach (byte[] frame in frames)
        {
            for (int i = 0; i < background.Length; i++)
                background[i] += frame[3 * i] / (double)frames.Length;
        }
        double x = 0, y = 0;
        for (int f = 1; f < frames.Length; f++)
        {
            using Mat before = Difference(frames[f - 1]), after = Difference(frames[f]), window = new();
            var shift = Cv2.PhaseCorrelate(before, after, window, out _);
            x += shift.X / (frames.Length - 1);
            y += shift.Y / (frames.Length - 1);
        }
        return (x, y);

        Mat Difference(byte[] frame)
        {
            float[] values = [.. background.Select((b, i) => (float)(frame[3 * i] - b))];
            return Mat.FromPixelData(size, size, MatType.CV_32FC1, values).Clone();
        }
    }

    /// <summary>The notes heard one after another, by their height above the lowest.</summary>
    private static string Notes(float[] sound, int rate)
    {
        const int window = 800, step = 200;
        var pitches = new List<double>();
        for (int at = 0; at + 2 * window <= sound.Length; at += step)
            pitches.Add(Pitch(sound.AsSpan(at, 2 * window), window, rate));
        // A note is what stays the same for three windows.
        var steady = Enumerable.Range(2, pitches.Count - 2).Where(i => IsSame(i, i - 1) && IsSame(i, i - 2)).Select(i => pitches[i]).ToList();
        string notes = "";
        foreach (double pitch in steady)
        {
            char height = (char)('0' + (int)Math.Round(12 * Math.Log2(pitch / steady.Min()) / 5));
            if (!notes.EndsWith(height))
                notes += height;
        }
        return notes;

        bool IsSame(int i, int j) => Math.Abs(Math.Log2(pitches[i] / pitches[j])) < 0.04;
    }

    private static double Pitch(ReadOnlySpan<float> sound, int window, int rate)
    {
        int best = 0;
        double most = 0;
        for (int lag = rate / 1500; lag < rate / 250; lag++)
        {
            double product = 0, energy = 0;
            for (int i = 0; i < window; i++)
            {
                product += sound[i] * sound[i + lag];
                energy += sound[i + lag] * sound[i + lag];
            }
            double correlation = product / Math.Sqrt(energy + 1e-9);
            // The shortest of the lags that are about as good: multiples of the period are, too.
            if (correlation > most * 1.08)
                (most, best) = (correlation, lag);
        }
        return (double)rate / best;
    }

    private static double Brightness(byte[] pixels, int index) => 0.299 * pixels[3 * index] + 0.587 * pixels[3 * index + 1] + 0.114 * pixels[3 * index + 2];
}
