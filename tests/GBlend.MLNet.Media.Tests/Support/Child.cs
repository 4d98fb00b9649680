using System.Diagnostics;
using System.Globalization;

namespace GBlend.MLNet.Media.Tests;

/// <summary>Runs <see cref="Program"/> in a process of its own.</summary>
internal static class Child
{
    /// <param name="arguments">Of the program.</param>
    /// <returns>What it found, and the most memory that it had resident, in megabytes.</returns>
    internal static (string Result, int Megabytes) Run(params string[] arguments) => Run(openFiles: null, arguments);

    /// <param name="openFiles">How many files it may have open.</param>
    /// <param name="arguments">Of the program.</param>
    internal static (string Result, int Megabytes) Run(int? openFiles, params string[] arguments)
    {
        using var process = Start(openFiles, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(lines.Length >= 2, string.Join('\n', lines) + errors.Result);
        return (lines[^2], int.Parse(lines[^1], CultureInfo.InvariantCulture));
    }

    internal static Process Start(int? openFiles, params string[] arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", program = typeof(Child).Assembly.Location;
        string[] command = openFiles is { } limit ? ["/bin/sh", "-c", $"ulimit -n {limit} && exec \"$@\"", "sh", dotnet, program, .. arguments] : [dotnet, program, .. arguments];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in command[1..])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
