using System.Buffers.Binary;
using System.Diagnostics;
using OpenCvSharp;

namespace GBlend.MLNet.Media;

/// <summary>Writes media files for examples and tests: what is read back is what was written, but where a lossy coding is asked for.</summary>
internal static class MediaFiles
{
    /// <summary>Writes a video with FFV1 in Matroska (.mkv) or AVI, which is lossless, or Motion JPEG in AVI, which is not.</summary>
    /// <param name="path">Ends in .mkv or .avi.</param>
    /// <param name="frames">Each height x width x 3 bytes, red, green and blue.</param>
    /// <param name="width">In pixels; even, since odd ones are cut by the writer.</param>
    /// <param name="height">In pixels, even.</param>
    /// <param name="framesPerSecond">The rate.</param>
    /// <param name="coding">FFV1 or MJPG, or mp4v for .mp4.</param>
    internal static void WriteVideo(string path, IEnumerable<byte[]> frames, int width, int height, double framesPerSecond = 25, string coding = "FFV1")
    {
        using var writer = new VideoWriter(path, VideoCaptureAPIs.FFMPEG, FourCC.FromString(coding), framesPerSecond, new Size(width, height));
        if (!writer.IsOpened())
            throw new IOException($"'{path}' can't be written with {coding}.");
        using var picture = new Mat();
        foreach (byte[] frame in frames)
        {
            using var source = Mat.FromPixelData(height, width, MatType.CV_8UC3, frame);
            Cv2.CvtColor(source, picture, ColorConversionCodes.RGB2BGR);
            writer.Write(picture);
        }
    }

    /// <summary>Writes a video with its sound, both lossless: FFV1 and 16-bit PCM in Matroska. Needs the program ffmpeg.</summary>
    internal static void WriteVideo(
        string path, IEnumerable<byte[]> frames, int width, int height, double framesPerSecond, ReadOnlySpan<float> sound, int sampleRate)
    {
        string video = path + ".video.mkv", audio = path + ".audio.wav";
        try
        {
            WriteVideo(video, frames, width, height, framesPerSecond);
            WriteWav(audio, sound, sampleRate);
            RunFfmpeg("-i", video, "-i", audio, "-map", "0:v", "-map", "1:a", "-c", "copy", path);
        }
        finally
        {
            File.Delete(video);
            File.Delete(audio);
        }
    }

    /// <summary>Writes a wave file of one channel with 16 bits.</summary>
    internal static void WriteWav(string path, ReadOnlySpan<float> samples, int sampleRate)
    {
        byte[] data = new byte[samples.Length * 2];
        for (int i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(2 * i), (short)Math.Clamp(MathF.Round(samples[i] * 32768), -32768, 32767));
        File.WriteAllBytes(path, Wav(data, sampleRate, channels: 1, bits: 16, isFloat: false));
    }

    /// <summary>A wave file of samples that are coded already.</summary>
    /// <param name="data">The samples, channel by channel for each time.</param>
    /// <param name="sampleRate">Samples per second.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="bits">Bits of a sample.</param>
    /// <param name="isFloat">Floats and not whole numbers.</param>
    /// <param name="isExtensible">With the long form of the format (WAVE_FORMAT_EXTENSIBLE).</param>
    internal static byte[] Wav(ReadOnlySpan<byte> data, int sampleRate, int channels, int bits, bool isFloat, bool isExtensible = false)
    {
        int formatSize = isExtensible ? 40 : 16, block = channels * bits / 8;
        short coding = isFloat ? (short)3 : (short)1;
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("RIFF"u8);
        writer.Write(4 + 8 + formatSize + 8 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(formatSize);
        writer.Write(isExtensible ? unchecked((short)0xFFFE) : coding);
        writer.Write((short)channels);
        writer.Write(sampleRate);
        writer.Write(sampleRate * block);
        writer.Write((short)block);
        writer.Write((short)bits);
        if (isExtensible)
        {
            writer.Write((short)22);
            writer.Write((short)bits);
            writer.Write(0);
            writer.Write(coding);
            writer.Write((ReadOnlySpan<byte>)[0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]);
        }
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        return file.ToArray();
    }

    /// <summary>Runs ffmpeg, which overwrites what it writes.</summary>
    /// <exception cref="InvalidOperationException">It is not installed, or fails.</exception>
    internal static void RunFfmpeg(params string[] arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        foreach (string argument in (string[])["-y", "-nostdin", "-v", "error", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"ffmpeg failed: {errors}");
    }
}
