namespace Recipes;

/// <summary>
/// Pictures and sound made by formula: a square of a color that moves in a direction, over a background of its own, and tones in noise. Color,
/// direction and tone tell of the class; background and a second, loud tone are the video's own, and only good for learning it by heart.
/// </summary>
internal static class StandInScene
{
    public const int Width = 64, Height = 48, FramesPerSecond = 12, SampleRate = 16000;

    /// <summary>What is to be seen and heard for a while.</summary>
    /// <param name="Colors">Hues of the squares, in [0, 1).</param>
    /// <param name="Direction">Of their motion, in turns.</param>
    /// <param name="Tones">Frequencies in Hz.</param>
    internal sealed record Event(IReadOnlyList<double> Colors, double Direction, IReadOnlyList<double> Tones);

    /// <summary>Frames of one event after another, each height x width x 3 bytes, and their sound.</summary>
    /// <param name="events">What happens.</param>
    /// <param name="seconds">For how long each.</param>
    /// <param name="random">Decides what is the video's own.</param>
    public static (List<byte[]> Frames, float[] Sound) Make(IReadOnlyList<Event> events, double seconds, Random random)
    {
        byte[] background = Background(random);
        double ownTone = 300 + 6000 * random.NextDouble();
        var frames = new List<byte[]>();
        var sound = new List<float>();
        foreach (var happening in events)
        {
            int count = (int)Math.Round(seconds * FramesPerSecond);
            var squares = happening.Colors.Select(
                hue => (Hue: hue + 0.05 * (random.NextDouble() - 0.5), X: random.NextDouble() * Width, Y: random.NextDouble() * Height)).ToList();
            for (int frame = 0; frame < count; frame++)
                frames.Add(Frame(background, squares, happening.Direction, frame, random));
            int samples = (int)(count * (double)SampleRate / FramesPerSecond);
            for (int i = 0; i < samples; i++)
            {
                double t = (double)i / SampleRate;
                double value = happening.Tones.Sum(f => 0.08 * Math.Sin(2 * Math.PI * f * t)) + 0.15 * Math.Sin(2 * Math.PI * ownTone * t)
                    + 0.08 * (random.NextDouble() - 0.5);
                sound.Add((float)Math.Clamp(value, -0.99, 0.99));
            }
        }
        return (frames, [.. sound]);
    }

    private static byte[] Background(Random random)
    {
        var picture = new byte[Height * Width * 3];
        double phase = 10 * random.NextDouble(), across = random.NextDouble(), down = random.NextDouble();
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                for (int c = 0; c < 3; c++)
                    picture[(y * Width + x) * 3 + c] = (byte)(110 + 30 * Math.Sin(phase * (c + 1) + across * x * 0.6 + down * y * 0.6));
            }
        }
        return picture;
    }

    private static byte[] Frame(byte[] background, IReadOnlyList<(double Hue, double X, double Y)> squares, double direction, int frame, Random random)
    {
        const int Side = 20;
        const double Speed = 2;
        byte[] picture = [.. background];
        foreach (var (hue, startX, startY) in squares)
        {
            int left = (int)(startX + Speed * frame * Math.Cos(2 * Math.PI * direction)),
                top = (int)(startY + Speed * frame * Math.Sin(2 * Math.PI * direction));
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++)
                {
                    // What leaves at one side comes back at the other.
                    int at = ((Wrap(top + y, Height) * Width) + Wrap(left + x, Width)) * 3;
                    for (int c = 0; c < 3; c++)
                        picture[at + c] = (byte)(128 + 110 * Math.Cos(2 * Math.PI * (hue - c / 3.0)));
                }
            }
        }
        for (int i = 0; i < picture.Length; i++)
            picture[i] = (byte)Math.Clamp(picture[i] + random.Next(-20, 21), 0, 255);
        return picture;
    }

    private static int Wrap(int value, int size) => ((value % size) + size) % size;
}
