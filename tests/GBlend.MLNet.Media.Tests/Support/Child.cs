using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests;

/// <summary>What tests have another process do, which they limit or kill: this assembly is a program too.</summary>
internal static class Child
{
    /// <summary>What a child says once it has decoded something.</summary>
    internal const string Ready = "ready";

    /// <summary>Starts this assembly as a program of its own.</summary>
    /// <param name="before">Shell commands that go before, as limits do.</param>
    /// <param name="temporary">Its folder for temporary files.</param>
    /// <param name="arguments">What it does.</param>
    internal static Process Start(string before, string temporary, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["TMPDIR"] = temporary;
        // Neither a debugger's pipes among its files, nor their room among its temporary ones.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        foreach (string argument in (string[])["-c", before + " exec \"$@\"", "child", host, "exec", typeof(Child).Assembly.Location, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it wrote, line by line.</returns>
    internal static string[] Run(string before, string temporary, params string[] arguments)
    {
        using var child = Start(before, temporary, arguments);
        var errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, $"The child ended with {child.ExitCode}: {errors.Result}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["full table", .. var files]:
                WithFullTable(files);
                return 0;
            case ["decode", .. var files]:
                DecodeInMemory(files);
                return 0;
            case ["little memory", .. var files]:
                WithLittleMemory(files);
                return 0;
            case ["images", var file]:
                Console.WriteLine(Outcome(() => Images(file)));
                return 0;
            case ["images for ever", var file]:
                Images(file);
                Console.WriteLine(Ready);
                while (true)
                    Images(file);
            default:
                return 2;
        }
    }

    /// <summary>Reads files while the process has so and so many more files that it may open.</summary>
    private static void WithFullTable(string[] files)
    {
        var ml = new MLContext(1);
        // The first time everything that is needed is loaded.
        foreach (string file in files)
            Read(ml, file);
        for (int room = -1; room < 9; room++)
        {
            foreach (string file in files)
            {
                // Nothing that was decoded before is found again.
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-room - 2));
                var taken = Take();
                Leave(taken, Math.Max(room, 0));
                string outcome = Outcome(() => Read(ml, file));
                Leave(taken, int.MaxValue);
                if (room >= 0)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{room}|{file}|{outcome}"));
            }
        }
    }

    /// <summary>Reads files while the process may have so and so many more megabytes of addresses than it has.</summary>
    private static void WithLittleMemory(string[] files)
    {
        var ml = new MLContext(1);
        foreach (string file in files)
            Read(ml, file);
        for (int room = 256; room > 0; room /= 4)
        {
            foreach (string file in files)
            {
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-room - 2));
                // The blocks of managed memory stay as they are.
                GC.Collect();
                AddressSpace.Limit((ulong)room << 20);
                string outcome = Outcome(() => Read(ml, file));
                AddressSpace.Limit(null);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{room}|{file}|{outcome}"));
            }
        }
    }

    private static Stack<FileStream> Take()
    {
        var taken = new Stack<FileStream>();
        try
        {
            while (true)
                taken.Push(new FileStream("/dev/zero", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0));
        }
        catch (IOException)
        {
            return taken;
        }
    }

    private static void Leave(Stack<FileStream> taken, int count)
    {
        for (; count > 0 && taken.TryPop(out var file); count--)
            file.Dispose();
    }

    private static int Read(MLContext ml, string file)
    {
        var view = ml.Paths(file, file, file);
        return Path.GetExtension(file) switch
        {
            ".mp4" =>
                Count<byte>(ml.Transforms.LoadVideoClip("Out", "Path", new() { FrameCount = 4, Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip }), view),
            ".png" => Count<byte>(ml.Transforms.LoadImage("Out", "Path", new() { Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip }), view),
            _ => Count<float>(ml.Transforms.LoadAudioLogMel("Out", "Path", new() { FrameCount = 4, OnBadMedia = OnBadMedia.Skip }), view),
        };
    }

    private static int Images(string file)
    {
        var ml = new MLContext(1);
        var paths = ml.Paths(file);
        var images = ml.Transforms.LoadImages("Image", Path.GetDirectoryName(file), "Path").Fit(paths).Transform(paths);
        return Count<byte>(ml.Transforms.LoadImage("Out", "Image", new() { Width = 64, Height = 48, OnBadMedia = OnBadMedia.Skip }), images);
    }

    private static int Count<T>(MediaEstimator step, IDataView view) where T : unmanaged
    {
        var transformer = step.Fit(view);
        return transformer.Transform(view).GetColumn<T[]>("Out").Count() - transformer.BadFiles.Count;
    }

    /// <summary>Decodes the content of files, over and over.</summary>
    private static void DecodeInMemory(string[] files)
    {
        var contents = files.Select(file => (IsSound: Path.GetExtension(file) != ".mp4", Content: File.ReadAllBytes(file))).ToArray();
        for (int round = 0; ; round++)
        {
            var ml = new MLContext(1);
            foreach (var (isSound, content) in contents)
            {
                var view = ml.Data.LoadFromEnumerable([new BytesRow { File = content }]);
                _ = isSound
                    ? Count<float>(ml.Transforms.LoadAudioLogMel("Out", "File", new() { FrameCount = 4 }), view)
                    : Count<byte>(ml.Transforms.LoadVideoClip("Out", "File", new() { FrameCount = 4, Width = 64, Height = 48 }), view);
            }
            if (round == 0)
                Console.WriteLine(Ready);
        }
    }

    private static string Outcome(Func<int> read)
    {
        try
        {
            return $"{read()} rows";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name}: {e.Message}".ReplaceLineEndings(" ");
        }
    }
}
