using System.Buffers.Binary;
using Microsoft.ML;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Sound files whose headers do not know how long they are, and files that were joined or filled up.</summary>
public sealed class SoundFileEndTests : IDisposable
{
    private const int Samples = 8000, Header = 44;

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    /// <summary>Lengths that pipes and stopped recorders leave: what is there is read, as ffmpeg does.</summary>
    [Theory]
    [InlineData(0u, "RIFF", true)]
    [InlineData(0u, "RIFF", false)]
    [InlineData(0x7FFFF000u, "RIFF", true)]
    [InlineData(0x7FFFF000u, "RIFF", false)]
    [InlineData(0x7FFFFFFFu, "RIFF", true)]
    [InlineData(0x80000000u, "RIFF", true)]
    [InlineData(0x80000000u, "RIFF", false)]
    [InlineData(0xFFFFFFFFu, "RIFF", true)]
    [InlineData(0xFFFFFFFFu, "RIFF", false)]
    [InlineData(0xFFFFFFFEu, "RIFF", false)]
    [InlineData(0x7FFFFFDBu, "RIFF", false)]
    [InlineData(0xFFFFFFDBu, "RIFF", false)]
    public void Length_that_nobody_knew_is_that_of_what_is_there(uint length, string kind, bool bothAreWrong)
    {
        float[] tone = TestMedia.Tone(500, 0.5);
        byte[] content = File.ReadAllBytes(_media.Wav("a.wav", tone));
        string plain = _media.Bytes("plain.wav", content);
        System.Text.Encoding.ASCII.GetBytes(kind).CopyTo(content, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(Header - 4), length);
        if (bothAreWrong)
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(4), length);
        CheckSame(plain, _media.Bytes("unknown.wav", content), Samples);
        // A recorder may have stopped in the middle of a sample.
        CheckSame(plain, _media.Bytes("odd.wav", [.. content, 7]), Samples);
        CheckSame(plain, _media.Bytes("list.wav", [.. content[..12], .. "LIST"u8, 4, 0, 0, 0, .. "INFO"u8, .. content[12..]]), Samples);
    }

    /// <summary>A length that somebody did know, and that is not there, is damage; no sample at all is no sound.</summary>
    [Fact]
    public void Length_that_was_known_is_held_against_the_file()
    {
        byte[] content = File.ReadAllBytes(_media.Wav("a.wav", TestMedia.Tone(500, 0.5)));
        Assert.Contains("truncated", Assert.Throws<InvalidDataException>(() => SoundInfo.Read(_media.Bytes("cut.wav", content[..^4000]))).Message);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(Header - 4), 0);
        Assert.Throws<InvalidDataException>(() => SoundInfo.Read(_media.Bytes("none.wav", content[..Header])));
    }

    /// <summary>What is cut out of a stream may begin in the middle of a packet, but not with one damaged packet after the other.</summary>
    [Theory]
    [InlineData("eac3", 1, true)]
    [InlineData("eac3", 10, false)]
    [InlineData("ac3", 10, false)]
    public void Damage_at_the_start_is_no_cut(string coding, int damaged, bool isRead)
    {
        byte[] content = File.ReadAllBytes(_media.Convert(_media.Wav("a.wav", TestMedia.Tone(500, 1, 48000), 48000), "sound." + coding, "-c:a", coding));
        int at = 0;
        for (int packet = 0; packet < damaged; packet++)
        {
            at += packet == 0 ? 0 : 2 + content.AsSpan(at + 2).IndexOf((ReadOnlySpan<byte>)[0x0B, 0x77]);
            content[at + 40] ^= 0x10;
        }
        var read = () => SoundInfo.Read(_media.Bytes("damaged." + coding, content));
        if (isRead)
            Assert.InRange(read().Samples, 15000, 17000);
        else
            Assert.Throws<InvalidDataException>(read);
    }

    [Theory]
    [InlineData("libmp3lame -b:a 64k")]
    [InlineData("libmp3lame -q:a 5")]
    [InlineData("libmp3lame -b:a 64k -write_xing 0")]
    [InlineData("libmp3lame -b:a 64k -id3v2_version 3 -metadata title=Tone -write_id3v1 1")]
    [InlineData("libmp3lame -b:a 64k -ar 44100 -ac 2")]
    public void Joined_and_filled_MP3s_are_read(string coding)
    {
        byte[] one = File.ReadAllBytes(_media.Convert(_media.Wav("a.wav", TestMedia.Tone(500, 2)), "one.mp3", ["-c:a", .. coding.Split(' ')]));
        byte[] two = File.ReadAllBytes(_media.Convert(_media.Wav("b.wav", TestMedia.Tone(2000, 2)), "two.mp3", ["-c:a", .. coding.Split(' ')]));
        var cases = new Dictionary<string, (byte[] Content, double Seconds)>
        {
            ["one"] = (one, 2),
            ["zeros"] = ([.. one, .. new byte[5000]], 2),
            ["many zeros"] = ([.. one, .. new byte[200_000]], 2),
            ["joined"] = ([.. one, .. two], 4),
            ["joined thrice"] = ([.. one, .. two, .. one], 6),
            ["joined with zeros"] = ([.. one, .. new byte[700], .. two, .. new byte[3000]], 4),
            ["cut and joined"] = ([.. one[..(one.Length - 100)], .. two[50..]], 4),
            ["tag"] = ([.. one, .. "TAG"u8, .. new byte[125]], 2),
            ["lyrics"] = ([.. one, .. "APETAGEX"u8, .. new byte[24]], 2),
        };
        foreach (var (name, (content, seconds)) in cases)
        {
            string path = _media.Bytes(name.Replace(' ', '-') + ".mp3", content);
            var info = SoundInfo.Read(path);
            Assert.True(Math.Abs(info.Seconds - seconds) < 0.35, $"{name}: {info.Seconds} s, and {seconds} were joined.");
            float[] sound = Spectrum(path, 16);
            int[] pitch = [.. sound.Chunk(sound.Length / 16).Select(column => Array.IndexOf(column, column.Max()))];
            Assert.True(pitch[1] < pitch.Max() || seconds == 2, $"{name}: {string.Join(' ', pitch)}");
        }
    }

    private void CheckSame(string plain, string other, long samples)
    {
        Assert.Equal(samples, SoundInfo.Read(other).Samples);
        Assert.Equal(Spectrum(plain, 8), Spectrum(other, 8));
    }

    /// <summary>Columns over the whole of the sound, by windows that are spread evenly.</summary>
    private float[] Spectrum(string path, int columns) => Assert.Single(
        _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = 1, ClipsPerFile = columns, Position = ClipPosition.Even }).Read<float>(
            _ml.Paths(path)));
}
