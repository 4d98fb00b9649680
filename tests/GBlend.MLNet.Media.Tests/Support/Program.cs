using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests;

/// <summary>What <see cref="Child"/> runs in a process of its own, whose memory, open files and end are its own too.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var ml = new MLContext(1);
        string result;
        try
        {
            result = arguments switch
            {
                ["read", var kind, var path] => Read(ml, kind, path, OnBadMedia.Fail),
                ["starve", var kind, var good, var path] => Starve(ml, kind, good, path),
                ["hold", var folder] => Hold(ml, folder),
                _ => throw new ArgumentException(string.Join(' ', arguments)),
            };
        }
        catch (Exception e)
        {
            result = $"{e.GetBaseException().GetType().Name}: {e.GetBaseException().Message}";
        }
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(result.ReplaceLineEndings(" "));
        Console.WriteLine(process.PeakWorkingSet64 >> 20);
        return 0;
    }

    internal static string Read(MLContext ml, string kind, string path, OnBadMedia onBad)
    {
        var view = ml.Paths(path);
        MediaEstimator step = kind switch
        {
            "video" => ml.Transforms.LoadVideoClip("Out", "Path", new() { OnBadMedia = onBad, FrameCount = 4, Height = 32, Width = 32 }),
            "sound" => ml.Transforms.LoadAudioLogMel("Out", "Path", new() { OnBadMedia = onBad }),
            _ => ml.Transforms.LoadImage("Out", "Path", new() { OnBadMedia = onBad, Height = 32, Width = 32 }),
        };
        var rows = step.Fit(view).Transform(view);
        return $"{(kind == "sound" ? rows.GetColumn<float[]>("Out").Count() : rows.GetColumn<byte[]>("Out").Count())} rows";
    }

    /// <summary>Reads a file when no other file can be opened.</summary>
    private static string Starve(MLContext ml, string kind, string good, string path)
    {
        // What is loaded on first use is loaded now.
        Read(ml, kind, good, OnBadMedia.Skip);
        var files = new List<FileStream>();
        try
        {
            while (true)
                files.Add(File.OpenRead(good));
        }
        catch (IOException)
        {
        }
        try
        {
            return Read(ml, kind, path, OnBadMedia.Skip);
        }
        finally
        {
            files.ForEach(f => f.Dispose());
        }
    }

    /// <summary>Is killed while it has a temporary file.</summary>
    private static string Hold(MLContext ml, string folder)
    {
        string path = TemporaryFolder.NewPath(".png");
        File.WriteAllText(path, "a picture that somebody had in memory");
        File.WriteAllText(Path.Combine(folder, "held"), path);
        Thread.Sleep(Timeout.Infinite);
        return ml.ToString()!;
    }
}
