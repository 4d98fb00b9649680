using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.Versioning;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

/// <summary>Data sets are often folders of links. A link is the file that it leads to, and what leads to no file is bad, and never waited for.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class LinkTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    [LinuxFact]
    public void Pipes_and_devices_are_bad_whatever_leads_to_them()
    {
        string pipe = _media.PathTo("pipe");
        using (var made = Process.Start("mkfifo", pipe))
            made.WaitForExit();
        using var input = new AnonymousPipeServerStream(PipeDirection.In);
        string[] paths =
        [
            pipe, Link("to-pipe", pipe), Link("to-link", "to-pipe"), "/dev/zero", Link("to-device", "/dev/zero"),
            // As /dev/stdin is where a program reads a pipe.
            $"/proc/self/fd/{input.SafePipeHandle.DangerousGetHandle()}", Link("to-input", $"/proc/self/fd/{input.SafePipeHandle.DangerousGetHandle()}"),
            Link("circle", "circle"), Link("to-nothing", "nothing.mp4"),
        ];
        foreach (string path in paths)
        {
            var view = _ml.Paths(path);
            foreach (var (kind, read) in Readers())
            {
                foreach (var rule in new[] { OnBadMedia.Fail, OnBadMedia.Skip })
                {
                    var reading = Task.Factory.StartNew(() => read(view, rule), TaskCreationOptions.LongRunning);
                    // No measure of speed: what waits for a pipe waits for ever.
                    Assert.True(Task.WaitAny([reading], TimeSpan.FromMinutes(1)) == 0, $"{kind} waits for {path}.");
                    if (rule == OnBadMedia.Skip)
                        Assert.Equal(0, reading.Result);
                    else
                        Assert.Contains($"'{path}'", Assert.IsType<InvalidDataException>(reading.Exception!.GetBaseException()).Message);
                }
            }
        }
    }

    [LinuxFact]
    public void A_link_is_the_file_that_it_leads_to()
    {
        // As the cache of a data set's hub has them: from a folder that is a link, by a path that goes up from where that folder really is.
        Directory.CreateDirectory(_media.PathTo("hub/blobs"));
        Directory.CreateDirectory(_media.PathTo("hub/snapshots/1"));
        File.Move(_media.Wav("a.wav", TestMedia.Tone(500, 1)), _media.PathTo("hub/blobs/a"));
        File.CreateSymbolicLink(_media.PathTo("hub/snapshots/1/a.wav"), "../../blobs/a");
        Directory.CreateSymbolicLink(_media.PathTo("data"), "hub/snapshots/1");
        var view = _ml.Paths(_media.PathTo("data/a.wav"));
        var rows = _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { Cache = MediaCache.InMemory() }).Fit(view).Transform(view);
        float[] Values() => Assert.Single(rows.GetColumn<float[]>("Out"));
        float[] before = Values();
        Assert.Equal(before, Assert.Single(_ml.Transforms.LoadAudioLogMel("Out", "Path").Read<float>(_ml.Paths(_media.PathTo("hub/blobs/a")))));
        // The link stays as it is, and so does all that it tells of itself.
        File.Move(_media.Wav("b.wav", TestMedia.Tone(2000, 1.1)), _media.PathTo("hub/blobs/a"), overwrite: true);
        Assert.NotEqual(before, Values());
    }

    [LinuxFact]
    public void A_link_to_a_drive_that_is_away_ends_the_run()
    {
        string drive = Directory.CreateDirectory(_media.PathTo("drive")).FullName;
        var view = _ml.Paths(Link("linked.wav", Path.Combine(drive, "sounds", "a.wav")));
        var step = _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { OnBadMedia = OnBadMedia.Skip }).Fit(view);
        Assert.Contains(drive, Assert.ThrowsAny<IOException>(() => step.Transform(view).GetColumn<float[]>("Out").Count()).Message);
        Assert.Empty(step.BadFiles);
    }

    private string Link(string name, string target)
    {
        File.CreateSymbolicLink(_media.PathTo(name), target);
        return _media.PathTo(name);
    }

    /// <summary>Each reads rows and says how many there are.</summary>
    private (string Kind, Func<IDataView, OnBadMedia, int> Read)[] Readers() =>
    [
        ("video", (view, rule) => _ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 4, OnBadMedia = rule }).Read<byte>(view).Length),
        ("sound", (view, rule) => _ml.Transforms.LoadAudioLogMel("Out", "Path", new() { OnBadMedia = rule }).Read<float>(view).Length),
        ("image", (view, rule) => _ml.Transforms.LoadImage("Out", "Path", new() { OnBadMedia = rule }).Read<byte>(view).Length),
    ];
}
