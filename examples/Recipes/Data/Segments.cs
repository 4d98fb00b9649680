using System.Diagnostics;
using System.Globalization;

namespace Recipes;

/// <summary>Cuts segments out of long videos with ffmpeg, once: the media steps read whole files.</summary>
internal static class Segments
{
    /// <summary>Cuts those that are not there yet, and points the items at them.</summary>
    /// <param name="items">Items of which some are segments.</param>
    /// <param name="folder">Where the cut files go.</param>
    /// <param name="shortSide">The height they are scaled to.</param>
    /// <param name="done">Told after each segment.</param>
    /// <param name="cancelled">Stops between two segments.</param>
    /// <exception cref="UserErrorException">ffmpeg is not there or can't cut a video.</exception>
    public static IReadOnlyList<VideoItem> Cut(IReadOnlyList<VideoItem> items, string folder, int shortSide, Action done, CancellationToken cancelled)
    {
        if (items.All(i => i.Segment is null))
            return items;
        Directory.CreateDirectory(folder);
        var cut = new VideoItem[items.Count];
        try
        {
            Parallel.For(0, items.Count, new ParallelOptions { CancellationToken = cancelled, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            {
                var item = items[i];
                cut[i] = item;
                if (item.Segment is var (start, end))
                {
                    string file = Path.Combine(folder, $"{item.Group}_{item.Id}_{shortSide}.mkv");
                    if (!File.Exists(file))
                        Cut(item.File, start, end, shortSide, file);
                    cut[i] = item with { File = file, Segment = null };
                }
                done();
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.FirstOrDefault(inner => inner is UserErrorException) is { } problem)
        {
            throw problem;
        }
        return cut;
    }

    private static void Cut(string source, double start, double end, int shortSide, string destination)
    {
        // Under another name first: what is there under its own name is whole.
        string unfinished = destination + ".unfinished";
        var ffmpeg = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        string[] arguments =
        [
            "-y", "-nostdin", "-v", "error", "-ss", Text(start), "-t", Text(end - start), "-i", source, "-map", "0:v:0", "-map", "0:a:0?",
            "-vf", $"scale=-2:{shortSide}", "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1", "-c:a", "pcm_s16le", "-f", "matroska",
                unfinished,
        ];
        foreach (string argument in arguments)
            ffmpeg.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(ffmpeg)!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new UserErrorException($"ffmpeg can't cut the seconds {Text(start)} to {Text(end)} out of {source}: {errors.Trim().Split('\n')[0]}. "
                    + $"Download the video again, or remove it.");
            File.Move(unfinished, destination, overwrite: true);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new UserErrorException("Segments are cut with ffmpeg, which is not on the PATH. Install it; on Debian and Ubuntu: apt-get install ffmpeg.");
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static string Text(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
