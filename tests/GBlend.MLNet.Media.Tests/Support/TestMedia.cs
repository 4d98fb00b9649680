namespace GBlend.MLNet.Media.Tests;

/// <summary>Media that tell what they are: each video frame shows its number in eight bars.</summary>
internal sealed class TestMedia : IDisposable
{
    internal const int Width = 64, Height = 48;

    private static readonly Lazy<bool> IsReady = new(() =>
    {
        MediaLibraries.Require();
        return true;
    });

    /// <exception cref="InvalidOperationException">The system lacks a library or ffmpeg; the message has the command.</exception>
    internal TestMedia() => _ = IsReady.Value;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("gblend-media").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    internal string PathTo(string name) => Path.Combine(Folder, name);

    internal string Text(string name, string content = "this is no video")
    {
        File.WriteAllText(PathTo(name), content);
        return PathTo(name);
    }

    internal string Bytes(string name, byte[] content)
    {
        File.WriteAllBytes(PathTo(name), content);
        return PathTo(name);
    }

    /// <summary>A video whose frames are numbered from 0.</summary>
    internal string Video(string name, int frames, double rate = 25, string coding = "FFV1", int width = Width, int height = Height)
    {
        MediaFiles.WriteVideo(PathTo(name), Enumerable.Range(0, frames).Select(i => Frame(i, width, height)), width, height, rate, coding);
        return PathTo(name);
    }

    /// <summary>The same with a tone beside it.</summary>
    internal string VideoWithSound(string name, int frames, float[] sound, int sampleRate, double rate = 25)
    {
        MediaFiles.WriteVideo(PathTo(name), Enumerable.Range(0, frames).Select(i => Frame(i)), Width, Height, rate, sound, sampleRate);
        return PathTo(name);
    }

    /// <summary>Another coding or container of a video.</summary>
    internal string Convert(string source, string name, params string[] arguments)
    {
        MediaFiles.RunFfmpeg(["-i", source, .. arguments, PathTo(name)]);
        return PathTo(name);
    }

    internal string Wav(string name, float[] samples, int sampleRate = 16000)
    {
        MediaFiles.WriteWav(PathTo(name), samples, sampleRate);
        return PathTo(name);
    }

    internal static float[] Tone(double hertz, double seconds, int sampleRate = 16000, double volume = 0.5) =>
        [.. Enumerable.Range(0, (int)(seconds * sampleRate)).Select(i => (float)(volume * Math.Sin(2 * Math.PI * hertz * i / sampleRate)))];

    /// <summary>Dark red above, the number's bits as bars in the middle of the height, blue below.</summary>
    internal static byte[] Frame(int number, int width = Width, int height = Height)
    {
        byte[] frame = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                byte[] color = y < height / 3 ? [90, 0, 0] : y >= height * 2 / 3 ? [0, 0, 90] : Bit(number, x * 8 / width) ? [255, 255, 255] : [0, 0, 0];
                color.CopyTo(frame, (y * width + x) * 3);
            }
        }
        return frame;
    }

    /// <summary>The numbers that frames of a row show, whatever their size.</summary>
    internal static int[] Numbers(byte[] clip, int frames, int width = Width, int height = Height, int channels = 3)
    {
        int size = width * height * channels;
        return [.. Enumerable.Range(0, frames).Select(
            f => Enumerable.Range(0, 8).Sum(bit => clip[f * size + (height / 2 * width + bit * width / 8 + width / 16) * channels] > 127 ? 1 << bit : 0))];
    }

    private static bool Bit(int number, int bit) => (number >> bit & 1) == 1;
}
