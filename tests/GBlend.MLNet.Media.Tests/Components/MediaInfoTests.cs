namespace GBlend.MLNet.Media.Tests.Components;

public sealed class MediaInfoTests : IDisposable
{
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [Fact]
    public void Video_has_the_frames_rate_and_size_that_were_written() =>
        Assert.Equal(new VideoInfo(37, 25, TestMedia.Width, TestMedia.Height), VideoInfo.Read(_media.Video("a.mkv", 37)));

    [Fact]
    public void Video_that_was_cut_has_the_frames_that_are_left()
    {
        string whole = _media.Video("a.avi", 100, coding: "MJPG");
        string cut = _media.Bytes("cut.avi", File.ReadAllBytes(whole)[..(int)(new FileInfo(whole).Length / 2)]);

        Assert.InRange(VideoInfo.Read(cut).Frames, 30, 70);
    }

    [Theory]
    [InlineData(8000, 16000)]
    [InlineData(16000, 16000)]
    [InlineData(44100, 16000)]
    public void Sound_has_as_many_samples_as_its_length_says_at_the_rate_asked_for(int written, int asked)
    {
        var info = SoundInfo.Read(_media.Wav("a.wav", new float[written / 2], written), asked);

        Assert.InRange(info.Samples, asked / 2 - 2, asked / 2 + 2);
        Assert.Equal(0.5, info.Seconds, 3);
    }

    [Fact]
    public void What_can_not_be_used_is_named_with_the_reason()
    {
        Assert.Contains(
            "does not exist", Assert.Throws<InvalidDataException>(() => VideoInfo.Read(_media.PathTo("none.mp4"))).Message, StringComparison.Ordinal);
        Assert.Contains("no video that can be decoded", Assert.Throws<InvalidDataException>(() => VideoInfo.Read(_media.Text("text.mp4"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("is empty", Assert.Throws<InvalidDataException>(() => SoundInfo.Read(_media.Bytes("empty.wav", []))).Message, StringComparison.Ordinal);
    }
}
