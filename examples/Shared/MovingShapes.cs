using System.Globalization;

namespace GBlend.MLNet.Media;

/// <summary>Where the sound of generated videos goes.</summary>
internal enum SoundPlace
{
    /// <summary>Nowhere: the videos are silent.</summary>
    None,

    /// <summary>In a wave file of the same name beside each video. Nothing but OpenCV's library is needed, neither to write nor to read it.</summary>
    BesideVideo,

    /// <summary>In the video file itself; the program ffmpeg is needed to write and to read it.</summary>
    InVideo,
}

/// <summary>What <see cref="MovingShapes"/> makes.</summary>
internal sealed record MovingShapesOptions
{
    /// <summary>Classes, 1 to 32. Multiples of 4 have as many pairs that motion tells apart as sound.</summary>
    public int Classes { get; init; } = 8;

    /// <summary>Videos of each class, dealt out to the scenes in turn.</summary>
    public int ClipsPerClass { get; init; } = 40;

    /// <summary>Different surroundings. Split by them to test on what training has not met.</summary>
    public int Scenes { get; init; } = 10;

    /// <summary>The length of each video.</summary>
    public double Seconds { get; init; } = 2;

    /// <summary>Width in pixels, even.</summary>
    public int Width { get; init; } = 48;

    /// <summary>Height in pixels, even.</summary>
    public int Height { get; init; } = 48;

    /// <summary>The frame rate.</summary>
    public double FramesPerSecond { get; init; } = 16;

    /// <summary>Samples of sound per second.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>The standard deviation of the noise in each pixel, of 255.</summary>
    public double PictureNoise { get; init; } = 10;

    /// <summary>The standard deviation of the noise in each sample; the melody's is about 0.15.</summary>
    public double SoundNoise { get; init; } = 0.05;

    /// <summary>Where the sound goes.</summary>
    public SoundPlace Sound { get; init; } = SoundPlace.BesideVideo;

    /// <summary>The same seed gives the same pictures and sounds.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Frames of each video.</summary>
    public int Frames => Math.Max(1, (int)Math.Round(Seconds * FramesPerSecond));
}

/// <summary>One video of the set.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Class">Its class, from 0.</param>
/// <param name="Scene">Its surroundings, from 0.</param>
/// <param name="VideoPath">The file.</param>
/// <param name="AudioPath">The wave file beside it, if there is one.</param>
internal sealed record MovingShape(int Index, int Class, int Scene, string VideoPath, string? AudioPath)
{
    /// <summary>The name of the class.</summary>
    public string Label => $"class {Class + 1:00}";

    /// <summary>The name of the scene.</summary>
    public string SceneName => $"scene {Scene + 1:00}";

    /// <summary>How the shape moves.</summary>
    public int Motion => MovingShapes.MotionOf(Class);

    /// <summary>What is heard.</summary>
    public int Melody => MovingShapes.MelodyOf(Class);
}

/// <summary>
/// Makes a labeled set of small real media files: videos of a moving shape, lossless (FFV1 in Matroska, .mkv), each with a melody (16-bit WAV).
/// From (folder, classes, clips per class, seconds, size, frame rate, seed) to files and labels; for examples, and as a stand-in for data
/// that can't be had.
/// </summary>
/// <remarks>
/// <para>
/// Of every four classes the first two have the same melody and move differently, and the last two move alike and have different melodies:
/// so three quarters of the rows at best can be told by one modality, and all by both. The motion is a direction and a speed; the shape enters again
/// on the other side and starts anywhere, so no single frame tells the class. The melody is the order of four notes, repeated from any of
/// them on, at a pitch drawn for each video, so no single moment tells the class. A video shows the same everywhere: any clip of about a second will do.
/// </para>
/// <para>
/// Each scene has its own shape, colors, background, base pitch and timbre, which say nothing of the class and are easily learned by heart.
/// File names are numbers and say nothing of the class either.
/// </para>
/// </remarks>
internal static class MovingShapes
{
    /// <summary>The largest number of classes.</summary>
    internal const int MostClasses = 32;

    private const double NotesPerSecond = 8, Loudness = 0.3;
    private const int Copies = 2;

    // Right, left, up and down come first and in opposite pairs; then the diagonals.
    private static readonly (double X, double Y)[] Directions =
        [(1, 0), (-1, 0), (0, -1), (0, 1), (0.7, -0.7), (-0.7, 0.7), (0.7, 0.7), (-0.7, -0.7)];

    // In frame widths per second.
    private static readonly double[] Speeds = [0.9, 1.8, 0.4];

    // All orders of four notes that no rotation makes alike, in pairs that are each other's reverse.
    private static readonly int[][] Contours = [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [3, 1, 2, 0], [0, 1, 3, 2], [2, 3, 1, 0]];
    private static readonly double[] Tempi = [1, 0.5, 1.6, 0.75];

    /// <summary>The number of the motion of a class; only classes 2 and 3 of each four share theirs.</summary>
    internal static int MotionOf(int label) => (label / 4 * 3) + Math.Min(label % 4, 2);

    /// <summary>The number of the melody of a class; only classes 0 and 1 of each four share theirs.</summary>
    internal static int MelodyOf(int label) => (label / 4 * 3) + Math.Max(label % 4 - 1, 0);

    /// <summary>Writes the files, those of one set into one folder.</summary>
    /// <param name="folder">It is made if need be; files of the same names are overwritten.</param>
    /// <param name="options">The settings.</param>
    /// <param name="progress">Called with the number of videos written so far.</param>
    /// <returns>The videos in an order in which classes and scenes alternate.</returns>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    internal static IReadOnlyList<MovingShape> Write(string folder, MovingShapesOptions options, Action<int>? progress = null)
    {
        if (options.Classes is < 1 or > MostClasses || options.ClipsPerClass < 1 || options.Scenes < 1)
            throw new ArgumentException($"Classes must be 1 to {MostClasses}, ClipsPerClass and Scenes at least 1.", nameof(options));
        Directory.CreateDirectory(folder);
        var shapes = new List<MovingShape>();
        for (int clip = 0; clip < options.ClipsPerClass; clip++)
        {
            for (int label = 0; label < options.Classes; label++)
            {
                string name = Path.Combine(folder, shapes.Count.ToString("00000", CultureInfo.InvariantCulture));
                string? audio = options.Sound == SoundPlace.BesideVideo ? name + ".wav" : null;
                var shape = new MovingShape(shapes.Count, label, clip % options.Scenes, name + ".mkv", audio);
                if (options.Sound == SoundPlace.InVideo)
                    MediaFiles.WriteVideo(shape.VideoPath, Frames(shape, options), options.Width, options.Height, options.FramesPerSecond,
                        Sound(shape, options), options.SampleRate);
                else
                    MediaFiles.WriteVideo(shape.VideoPath, Frames(shape, options), options.Width, options.Height, options.FramesPerSecond);
                if (audio is not null)
                    MediaFiles.WriteWav(audio, Sound(shape, options), options.SampleRate);
                shapes.Add(shape);
                progress?.Invoke(shapes.Count);
            }
        }
        return shapes;
    }

    /// <summary>The pictures of a video, each height x width x 3 bytes, red, green and blue.</summary>
    internal static IEnumerable<byte[]> Frames(MovingShape shape, MovingShapesOptions options)
    {
        var scene = Scene.Of(shape.Scene, options.Seed);
        var random = RandomOf(shape, options, 0);
        var (directionX, directionY) = Directions[shape.Motion % Directions.Length];
        double speed = Speeds[shape.Motion / Directions.Length] * (0.85 + 0.3 * random.NextDouble());
        double size = scene.Size * (0.9 + 0.2 * random.NextDouble());
        var starts = Enumerable.Range(0, Copies).Select(_ => (X: random.NextDouble(), Y: random.NextDouble())).ToArray();
        for (int f = 0; f < options.Frames; f++)
        {
            double time = f / options.FramesPerSecond;
            yield return Picture(
                scene, [.. starts.Select(s => (Fraction(s.X + directionX * speed * time), Fraction(s.Y + directionY * speed * time)))], size, options, random);
        }
    }

    /// <summary>The sound of a video, from -1 to 1.</summary>
    internal static float[] Sound(MovingShape shape, MovingShapesOptions options)
    {
        var scene = Scene.Of(shape.Scene, options.Seed);
        var random = RandomOf(shape, options, 1);
        int[] contour = Contours[shape.Melody % Contours.Length];
        double rate = NotesPerSecond * Tempi[shape.Melody / Contours.Length % Tempi.Length];
        double pitch = scene.Pitch * Math.Pow(2, (random.NextDouble() - 0.5) / 4), start = contour.Length * random.NextDouble();
        var samples = new float[(int)Math.Round(options.Seconds * options.SampleRate)];
        double phase = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            double note = start + rate * i / options.SampleRate;
            // Fourths between the notes: in a mel spectrum each lies in bands of its own.
            double frequency = pitch * Math.Pow(2, 5 * contour[(int)note % contour.Length] / 12.0);
            phase += 2 * Math.PI * frequency / options.SampleRate;
            double sum = 0;
            for (int h = 0; h < scene.Timbre.Length; h++)
            {
                if ((h + 1) * frequency < options.SampleRate / 2.0)
                    sum += scene.Timbre[h] * Math.Sin((h + 1) * phase);
            }
            // Each note swells and fades, so that none begins with a click.
            double envelope = Math.Sin(Math.PI * Fraction(note));
            samples[i] = (float)Math.Clamp((Loudness * envelope * sum) + (options.SoundNoise * Gaussian(random)), -1, 1);
        }
        return samples;
    }

    private static byte[] Picture(Scene scene, (double X, double Y)[] centers, double size, MovingShapesOptions options, Random random)
    {
        var picture = new byte[options.Height * options.Width * 3];
        int at = 0;
        for (int y = 0; y < options.Height; y++)
        {
            for (int x = 0; x < options.Width; x++)
            {
                // The nearest of the copies that the edges make.
                double nearest = double.PositiveInfinity;
                foreach (var center in centers)
                {
                    double dx = Fraction((x + 0.5) / options.Width - center.X + 0.5) - 0.5, dy = Fraction((y + 0.5) / options.Height - center.Y + 0.5) - 0.5;
                    nearest = Math.Min(nearest, scene.Distance(dx, dy));
                }
                double inside = Math.Clamp((size - nearest) * options.Width + 0.5, 0, 1);
                double stripes = 0.5 + 0.5 * Math.Sin(2 * Math.PI * (scene.WaveX * x / options.Width + scene.WaveY * y / options.Height));
                double noise = options.PictureNoise * Gaussian(random);
                for (int c = 0; c < 3; c++)
                {
                    double back = scene.Back[c] + stripes * (scene.Stripes[c] - scene.Back[c]);
                    picture[at++] = (byte)Math.Clamp(back + inside * (scene.Front[c] - back) + noise, 0, 255);
                }
            }
        }
        return picture;
    }

    private static double Fraction(double value) => value - Math.Floor(value);

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // Every video draws from generators of its own, so that it does not depend on how many are made.
    private static Random RandomOf(MovingShape shape, MovingShapesOptions options, int use) =>
        new(unchecked((options.Seed * 1_000_003 + shape.Index) * 2 + use));

    /// <summary>What videos of one scene have in common.</summary>
    private sealed record Scene(
        int Form, double Size, double[] Front, double[] Back, double[] Stripes, double WaveX, double WaveY, double Pitch, double[] Timbre)
    {
        internal static Scene Of(int index, int seed)
        {
            var random = new Random(unchecked(seed * 7919 + index + 17));
            double[] Color(double from, double to) => [.. Enumerable.Range(0, 3).Select(_ => from + (to - from) * random.NextDouble())];
            // Light on dark or dark on light, in turn.
            bool isLight = index % 2 == 0;
            double[] front = isLight ? Color(170, 255) : Color(0, 70), back = isLight ? Color(0, 110) : Color(140, 255);
            double[] stripes = [.. back.Select(b => Math.Clamp(b + (random.NextDouble() - 0.5) * 60, 0, 255))];
            double[] timbre = [1, .. Enumerable.Range(2, 4).Select(h => random.NextDouble() * 1.2 / h)];
            double sum = timbre.Sum();
            return new Scene(index % 4, 0.15 + 0.04 * random.NextDouble(), front, back, stripes, random.Next(-3, 4), random.Next(-3, 4),
                320 * Math.Pow(2, 0.6 * random.NextDouble()), [.. timbre.Select(t => t / sum)]);
        }

        /// <summary>Of a point from the shape's center: below the size it is inside.</summary>
        internal double Distance(double x, double y) => Form switch
        {
            0 => Math.Sqrt(x * x + y * y),
            1 => Math.Max(Math.Abs(x), Math.Abs(y)) * 1.1,
            2 => (Math.Abs(x) + Math.Abs(y)) * 0.85,
            _ => Math.Min(Math.Max(Math.Abs(x), 3 * Math.Abs(y)), Math.Max(3 * Math.Abs(x), Math.Abs(y))),
        };
    }
}
