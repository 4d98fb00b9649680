using System.Diagnostics;
using System.Text.Json;

namespace GBlend.MLNet.Tests.Checkpoints;

/// <summary>A training in a process of its own, which tests kill: this assembly is a program too.</summary>
internal static class Child
{
    /// <summary>What it says when the training begins.</summary>
    internal const string Ready = "ready";

    /// <summary>Starts a training, which goes on from the checkpoint in a folder.</summary>
    /// <param name="name">One of <see cref="ResumeCases"/>.</param>
    /// <param name="folder">Where checkpoints are; empty for none.</param>
    /// <param name="result">The file that gets its trace when it is over.</param>
    internal static Process Start(string name, string folder, string result)
    {
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A debugger's pipes would stay where it is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (string argument in (string[])["exec", typeof(Child).Assembly.Location, name, folder, result])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static int Main(string[] arguments)
    {
        if (arguments is not [var name, var folder, var result])
            return 2;
        var (rows, settings) = ResumeCases.Of(name);
        Console.WriteLine(Ready);
        using (rows)
            File.WriteAllText(result, JsonSerializer.Serialize(TracedRun.Run(rows, settings with { TrainsSideBySide = false }, folder.Length == 0 ? null
                : folder)));
        return 0;
    }
}
