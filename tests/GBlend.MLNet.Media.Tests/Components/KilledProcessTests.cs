using System.Diagnostics;
using System.Runtime.Versioning;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>What a process that is killed while it decodes leaves behind.</summary>
public sealed class KilledProcessTests : IDisposable
{
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [LinuxFact]
    public async Task Media_in_memory_leave_no_file_and_no_process()
    {
        string source = _media.VideoWithSound("source.mkv", 50, TestMedia.Tone(500, 2), 16000);
        string clip = _media.Convert(source, "clip.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"), sound = _media.Convert(source, "sound.flac");
        string temporary = Directory.CreateDirectory(_media.PathTo("temporary")).FullName;
        using var child = Child.Start("", temporary, "decode", clip, sound);
        await IsReady(child);
        // It has no children that could outlive it.
        Assert.Equal(
            "", string.Concat(Directory.GetDirectories($"/proc/{child.Id}/task").Select(task => File.ReadAllText(Path.Combine(task, "children")))).Trim());
        child.Kill();
        await child.WaitForExitAsync();
        Assert.Empty(Directory.GetFileSystemEntries(temporary));
    }

    [LinuxFact]
    [UnsupportedOSPlatform("windows")]
    public async Task Images_in_memory_go_through_a_private_folder_that_the_next_run_clears()
    {
        string picture = _media.Convert(_media.Video("source.mkv", 1, width: 640, height: 480), "picture.png", "-frames:v", "1");
        string temporary = Directory.CreateDirectory(_media.PathTo("temporary")).FullName;
        using var child = Child.Start("", temporary, "images for ever", picture);
        await IsReady(child);
        string left = Assert.Single(Directory.GetDirectories(temporary));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(left));
        // While it lives another run leaves its folder alone.
        Assert.Equal("1 rows", Assert.Single(Child.Run("", temporary, "images", picture)));
        Assert.Equal([left], Directory.GetDirectories(temporary));
        child.Kill();
        await child.WaitForExitAsync();
        Assert.Equal([left], Directory.GetDirectories(temporary));
        Assert.Equal("1 rows", Assert.Single(Child.Run("", temporary, "images", picture)));
        Assert.Empty(Directory.GetFileSystemEntries(temporary));
    }

    private static async Task IsReady(Process child)
    {
        string? line = await child.StandardOutput.ReadLineAsync();
        Assert.True(line == Child.Ready, $"{line} {(line is null ? await child.StandardError.ReadToEndAsync() : "")}");
    }
}
