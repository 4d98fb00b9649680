using System.Diagnostics;

namespace GBlend.MLNet.Package.Tests;

/// <summary>A program that has ended.</summary>
/// <param name="Line">What was run.</param>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">All that it wrote.</param>
internal sealed record Command(string Line, int ExitCode, string Output)
{
    internal static Command Run(string program, string arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // What runs these tests speaks of them and not of what they run.
        foreach (string variable in start.Environment.Keys.Where(
            key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase) || key.StartsWith("DOTNET_HOST", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new($"{program} {arguments}", process.ExitCode, output + error.GetAwaiter().GetResult());
    }

    internal Command MustSucceed()
    {
        Assert.True(ExitCode == 0, $"{Line} ended with {ExitCode}:\n{Output}");
        return this;
    }
}
